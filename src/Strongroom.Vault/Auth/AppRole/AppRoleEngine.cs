using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary>
/// Logins of programs by role id and secret id: <c>auth/approle</c> (https://developer.hashicorp.com/vault/api-docs/auth/approle). Each
/// endpoint is a file named after its path.
/// </summary>
internal sealed class AppRoleEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    private readonly AppRoleStore _store = new(system.View(entry), system.Due, entry.Id);

    public override async ValueTask<bool> HasRoleAsync(string role, CancellationToken cancellationToken) =>
        await _store.Roles.FindAsync(role, cancellationToken) is not null;

    public override ValueTask SettleAsync(string name, CancellationToken cancellationToken) =>
        _store.RemoveEndedAsync(name, System.Tokens.Now, cancellationToken);

    protected override bool IsLogin(string[] path) => path is ["login"];

    protected override async ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) =>
        fields.Text("role_id")?.Trim() is { Length: > 0 and <= AppRoleStore.IdLengthMax } id && await _store.FindByRoleIdAsync(id, cancellationToken) is { Role: not null } found ? found.Name : null;

    protected override async ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken) =>
        folder == "role" ? await _store.Roles.FindAsync(name, cancellationToken) is not null : null;

    protected override ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken) => call.Path switch
    {
        ["login"] => PathLogin.HandleAsync(call, _store, cancellationToken),
        ["role"] => PathRole.ListAsync(call, _store, cancellationToken),
        ["role", var name] => PathRole.HandleAsync(call, _store, name, cancellationToken),
        ["role", var name, "role-id"] => PathRoleId.HandleAsync(call, _store, name, cancellationToken),
        ["role", var name, "secret-id"] => PathSecretId.HandleAsync(call, _store, name, cancellationToken),
        ["role", var name, "custom-secret-id"] => PathSecretId.HandleCustomAsync(call, _store, name, cancellationToken),
        ["role", var name, "secret-id" or "secret-id-accessor", "lookup"] => PathSecretIdLookup.LookupAsync(call, _store, name, cancellationToken),
        ["role", var name, "secret-id" or "secret-id-accessor", "destroy"] => PathSecretIdLookup.DestroyAsync(call, _store, name, cancellationToken),
        ["role", var name, var parameter] => PathRoleParameter.HandleAsync(call, _store, name, parameter, cancellationToken),
        ["tidy", "secret-id"] => PathTidy.HandleAsync(call, _store, cancellationToken),
        _ => throw call.NoPath(),
    };
}
