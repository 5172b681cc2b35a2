using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>delete/:path</c>: deletes the versions named, softly.</summary>
internal static class PathDelete
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
                var now = call.Engine.Now;
                var changed = false;
                foreach (var number in numbers)
                {
                    if (number == 0 || found?.Find(number) is not { } version || !version.IsReadable(now)) continue;
                    version.DeletionAt = now;
                    changed = true;
                }
                return new(changed ? new KvChange(found) : KvChange.Nothing);
            },
            cancellationToken);
    }
}
