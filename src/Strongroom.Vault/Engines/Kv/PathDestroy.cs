using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>destroy/:path</c>: removes the values of the versions named from storage, for good.</summary>
internal static class PathDestroy
{
    public static async ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken)
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
                    if (number == 0 || found?.Find(number) is not { Destroyed: false } version) continue;
                    version.Destroyed = true;
                    commit.Delete(call.Engine.Versions, KvEngine.VersionPath(call.Path, number));
                    changed = true;
                }
                return new(changed ? new KvChange(found) : KvChange.Nothing);
            },
            cancellationToken);
    }
}
