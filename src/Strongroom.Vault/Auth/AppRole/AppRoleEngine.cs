using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary>
/// Logins of programs by role id and secret id: <c>auth/approle</c> (https://developer.hashicorp.com/vault/api-docs/auth/approle). Each
/// endpoint is a file named after its path.
/// </summary>
internal sealed class AppRoleEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    private readonly AppRoleStore _store = new(system.View(entry), system.Due, entry.Id);

    public override string Help => "Logins of programs by role id and secret id.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("login", Update, "Logs in by a role id and a secret id."),
        new("role", List, "The names of all roles."),
        new("role/{role_name}", Create | Read | Update | Delete, "One role: who may log in by it, and what tokens they get."),
        new("role/{role_name}/role-id", Read | Update, "The role id."),
        new("role/{role_name}/secret-id", List | Update, "Makes a secret id; the accessors of all."),
        new("role/{role_name}/custom-secret-id", Update, "Takes a secret id that was made elsewhere."),
        new("role/{role_name}/secret-id/lookup", Update, "Looks up a secret id."),
        new("role/{role_name}/secret-id/destroy", Update | Delete, "Ends a secret id."),
        new("role/{role_name}/secret-id-accessor/lookup", Update, "Looks up a secret id by its accessor."),
        new("role/{role_name}/secret-id-accessor/destroy", Update | Delete, "Ends a secret id by its accessor."),
        new("role/{role_name}/local-secret-ids", Read, "Whether secret ids stay on this server."),
        new("role/{role_name}/bind-secret-id", Read | Update | Delete, "Whether a login needs a secret id."),
        new("role/{role_name}/bound-cidr-list", Read | Update | Delete, "Networks that logins may come from."),
        new("role/{role_name}/period", Read | Update | Delete, "How long each renewal gives."),
        new("role/{role_name}/policies", Read | Update | Delete, "The policies of its tokens."),
        new("role/{role_name}/secret-id-bound-cidrs", Read | Update | Delete, "Networks that secret ids may be used from."),
        new("role/{role_name}/secret-id-num-uses", Read | Update | Delete, "How often a secret id is good."),
        new("role/{role_name}/secret-id-ttl", Read | Update | Delete, "How long a secret id is good."),
        new("role/{role_name}/token-bound-cidrs", Read | Update | Delete, "Networks that its tokens may be used from."),
        new("role/{role_name}/token-max-ttl", Read | Update | Delete, "The longest life of its tokens."),
        new("role/{role_name}/token-num-uses", Read | Update | Delete, "How often its tokens are good."),
        new("role/{role_name}/token-ttl", Read | Update | Delete, "The first life of its tokens."),
        new("tidy/secret-id", Update, "Removes secret ids that ended."),
    ];

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
