using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary><c>role/:name/role-id</c>: reads and sets what clients name the role by.</summary>
internal static class PathRoleId
{
    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        if (call.IsRead)
        {
            var role = await store.Roles.RequireAsync(name, cancellationToken);
            return VaultResponse.Ok(writer => writer.WriteString("role_id"u8, role.RoleId));
        }
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var roleId = fields.RequireText("role_id");
        return VaultResponse.Done(await store.ChangeAsync(
            name, role => (role ?? throw RoleTable<AppRoleEntry>.Missing()) with { RoleId = roleId }, call.Context, cancellationToken));
    }
}
