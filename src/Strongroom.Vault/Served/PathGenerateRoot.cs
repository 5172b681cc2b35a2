using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Served;

/// <summary>
/// <c>sys/generate-root/attempt</c> and <c>/update</c>: a root token for unseal keys. The nonce is kept as in <see cref="PathRekey"/>.
/// </summary>
internal static class PathGenerateRoot
{
    public static async ValueTask<VaultResponse> HandleAttemptAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        var required = await RequireSharesAsync(vault, cancellationToken);
        var state = vault.RootGeneration.State;
        switch (request.Operation)
        {
            case VaultOperation.Read:
                return Status(vault, required, await vault.MayAsync(request, Capability.Read, cancellationToken));
            case VaultOperation.Update:
                using (var fields = new RequestFields(request))
                {
                    PathInit.RefusePgp(fields, "pgp_key");
                    var given = fields.Text("otp");
                    var made = await vault.RootGeneration.StartAsync(given is { Length: > 0 } ? given : null, cancellationToken);
                    return Status(vault, required, showNonce: true, made ?? "");
                }
            case VaultOperation.Delete:
                if (state.IsStarted)
                {
                    await PathRekey.RequireNonceOrTokenAsync(vault, request, state.Nonce, cancellationToken);
                    await vault.RootGeneration.GiveUpAsync(cancellationToken);
                }
                return VaultResponse.Done(0);
            default:
                throw SealEndpoints.Unsupported(request);
        }
    }

    public static async ValueTask<VaultResponse> HandleUpdateAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation != VaultOperation.Update) throw SealEndpoints.Unsupported(request);
        var required = await RequireSharesAsync(vault, cancellationToken);
        using var fields = new RequestFields(request);
        var nonce = fields.Text("nonce") ?? "";
        var masked = await vault.RootGeneration.GiveAsync(KeyInput.Read(fields), nonce, cancellationToken);
        return masked is null ? Status(vault, required, showNonce: true) : Answer(new RootGenerationState(nonce, required), required, masked, "", 0);
    }

    private static VaultResponse Status(ServedVault vault, int required, bool showNonce, string password = "")
    {
        var state = vault.RootGeneration.State;
        return Answer(state, required, masked: null, password, RootGeneration.TokenLength, showNonce);
    }

    private static VaultResponse Answer(
        RootGenerationState state, int required, string? masked, string password, int passwordLength, bool showNonce = true) => SealEndpoints.Bare(writer =>
    {
        writer.WriteString("nonce"u8, showNonce ? state.Nonce : "");
        writer.WriteBoolean("started"u8, state.IsStarted);
        writer.WriteNumber("progress"u8, state.Progress);
        writer.WriteNumber("required"u8, required);
        writer.WriteBoolean("complete"u8, masked is not null);
        writer.WriteString("encoded_token"u8, masked ?? "");
        writer.WriteString("encoded_root_token"u8, masked ?? "");
        writer.WriteString("pgp_fingerprint"u8, ""u8);
        writer.WriteString("otp"u8, password);
        writer.WriteNumber("otp_length"u8, passwordLength);
    });

    private static async ValueTask<int> RequireSharesAsync(ServedVault vault, CancellationToken cancellationToken)
    {
        _ = vault.Barrier;
        var (kind, split) = await vault.ReadSealAsync(cancellationToken);
        return kind == ShamirSeal.KindName
            ? split.Threshold
            : throw RequestFields.Invalid($"a root token is made with unseal keys, and this vault has none: its seal is {kind}");
    }
}
