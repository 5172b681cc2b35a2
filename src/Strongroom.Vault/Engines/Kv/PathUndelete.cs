using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>undelete/:path</c>: brings back the versions named, unless they are destroyed.</summary>
internal static class PathUndelete
{
    public static async ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation is not (VaultOperation.Update or VaultOperation.Create)) throw KvEngine.NotSupported(call);
        using var body = KvBody.Parse(call.Request.Body);
        var numbers = KvBody.RequireVersions(body.RootElement);
        return await KvChange.RunAsync(
            call,
            (found, _, _) =>
            {
                var changed = false;
                foreach (var number in numbers)
                {
                    if (number == 0 || found?.Find(number) is not { Destroyed: false, DeletionAt: not null } version) continue;
                    version.DeletionAt = null;
                    changed = true;
                }
                return new(changed ? new KvChange(found) : KvChange.Nothing);
            },
            cancellationToken);
    }
}
