using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary><c>tidy/secret-id</c>: removes secret ids that have ended. They were dead before; this gives back their room.</summary>
internal static class PathTidy
{
    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, AppRoleStore store, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        return VaultResponse.Done(await store.TidyAsync(call.Now, call.Context, cancellationToken));
    }
}
