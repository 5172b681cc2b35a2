using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>destroy/:path</c>: removes the values of the versions named from storage, for good.</summary>
internal static class PathDestroy
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => NamedVersions.ChangeAsync(
        call,
        (version, commit) =>
        {
            if (version.Destroyed) return false;
            version.Destroyed = true;
            commit.Delete(call.Engine.Versions, KvEngine.VersionPath(call.Path, version.Number));
            return true;
        },
        cancellationToken);
}
