using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>delete/:path</c>: deletes the versions named, softly.</summary>
internal static class PathDelete
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => NamedVersions.ChangeAsync(
        call,
        (version, _) =>
        {
            var now = call.Engine.Now;
            if (!version.IsReadable(now)) return false;
            version.DeletionAt = now;
            return true;
        },
        cancellationToken);
}
