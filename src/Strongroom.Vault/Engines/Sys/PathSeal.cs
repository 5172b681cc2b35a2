using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/seal</c> and <c>sys/step-down</c>.</summary>
internal static class PathSeal
{
    /// <summary>Seals the vault when the request is on record.</summary>
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken) =>
        call.IsWrite && call.Argument.Length == 0
            ? new(VaultResponse.DoneThen(call.Served.SealAsync))
            : throw call.Unsupported();

    /// <summary>One server has nobody to step down for; as with Vault, that is no error.</summary>
    public static ValueTask<VaultResponse> HandleStepDownAsync(SysCall call, CancellationToken cancellationToken) =>
        call.IsWrite && call.Argument.Length == 0 ? new(VaultResponse.Done(0)) : throw call.Unsupported();
}
