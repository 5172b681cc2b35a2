using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary>
/// <c>role/:name/secret-id/lookup</c>, <c>…/destroy</c>, and the same by accessor. What is not of this role is not there.
/// </summary>
internal static class PathSecretIdLookup
{
    public static async ValueTask<VaultResponse> LookupAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        var (role, hash) = await FindAsync(call, store, name, cancellationToken);
        var stored = hash is null ? null : await store.FindSecretIdAsync(role.Uid, hash, cancellationToken);
        if (stored is { } found && !found.Value.IsExpired(call.Now)) return VaultResponse.Ok(found.Value.Write);
        return IsByAccessor(call) ? throw new SecretException(SecretErrorKind.NotFound, "failed to find accessor entry for secret_id_accessor") : VaultResponse.Done(0);
    }

    public static async ValueTask<VaultResponse> DestroyAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        if (!call.IsWrite && !call.IsDelete) throw call.Unsupported();
        var (role, hash) = await FindAsync(call, store, name, cancellationToken);
        if (hash is not null) return VaultResponse.Done(await store.DestroyAsync(role.Uid, hash, call.Context, cancellationToken));
        return IsByAccessor(call) ? throw new SecretException(SecretErrorKind.NotFound, "failed to find accessor entry for secret_id_accessor") : VaultResponse.Done(0);
    }

    private static async ValueTask<(AppRoleEntry Role, string? Hash)> FindAsync(
        AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(call.Request);
        if (IsByAccessor(call))
        {
            var accessor = fields.RequireText("secret_id_accessor");
            var owner = await PathSecretId.RequireRoleAsync(store, name, cancellationToken);
            return (owner, await store.FindHashAsync(owner, accessor, cancellationToken));
        }
        var secretId = fields.RequireText("secret_id").Trim();
        var role = await PathSecretId.RequireRoleAsync(store, name, cancellationToken);
        return (role, AppRoleStore.Hash(role, secretId));
    }

    private static bool IsByAccessor(AuthCall call) => call.Path[2] == "secret-id-accessor";
}
