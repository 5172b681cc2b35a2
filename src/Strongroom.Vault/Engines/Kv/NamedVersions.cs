using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>What delete, undelete and destroy have in common: they change each of the versions that the body names.</summary>
internal static class NamedVersions
{
    /// <param name="call">The call, whose body is <c>{"versions": […]}</c>.</param>
    /// <param name="change">Changes one version that there is; false when it is as wanted already.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async ValueTask<VaultResponse> ChangeAsync(KvCall call, Func<KvVersion, BarrierCommit, bool> change, CancellationToken cancellationToken)
    {
        if (call.Request.Operation is not (VaultOperation.Update or VaultOperation.Create)) throw KvEngine.NotSupported(call);
        using var body = KvBody.Parse(call.Request.Body);
        var numbers = KvBody.RequireVersions(body.RootElement);
        return await KvChange.RunAsync(
            call,
            (found, commit, _) =>
            {
                var changed = false;
                foreach (var number in numbers)
                {
                    if (number != 0 && found?.Find(number) is { } version) changed |= change(version, commit);
                }
                return new(changed ? new KvChange(found) : KvChange.Nothing);
            },
            cancellationToken);
    }
}
