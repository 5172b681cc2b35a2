using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>undelete/:path</c>: brings back the versions named, unless they are destroyed.</summary>
internal static class PathUndelete
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => NamedVersions.ChangeAsync(
        call,
        (version, _) =>
        {
            if (version is not { Destroyed: false, DeletionAt: not null }) return false;
            version.DeletionAt = null;
            return true;
        },
        cancellationToken);
}
