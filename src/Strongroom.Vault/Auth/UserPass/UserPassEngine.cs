using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary>
/// Logins of people by name and password: <c>auth/userpass</c> (https://developer.hashicorp.com/vault/api-docs/auth/userpass). Names are the
/// same whatever their case. Each endpoint is a file named after its path.
/// </summary>
internal sealed class UserPassEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    private readonly RoleTable<UserEntry> _users = new(system.View(entry), "user/", UserPassJson.Default.UserEntry);
    private readonly PasswordCheck _check = new();

    public override string Help => "Logins of people by name and password.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("login/{username}", Update, "Logs in by a password."),
        new("users", List, "The names of all users."),
        new("users/{username}", Create | Read | Update | Delete, "One user."),
        new("users/{username}/password", Update, "Sets the password of a user."),
        new("users/{username}/policies", Update, "Sets the policies of a user."),
    ];

    public override async ValueTask<bool> HasRoleAsync(string role, CancellationToken cancellationToken) =>
        await _users.FindAsync(role, cancellationToken) is not null;

    protected override bool IsLogin(string[] path) => path is ["login", _];

    protected override ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) =>
        new(RoleTable<UserEntry>.Canonical(path[^1]));

    protected override async ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken) =>
        folder == "users" ? await _users.FindAsync(name, cancellationToken) is not null : null;

    protected override ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken) => call.Path switch
    {
        ["login", var name] => PathLogin.HandleAsync(call, _users, _check, name, cancellationToken),
        ["users"] => PathUsers.ListAsync(call, _users, cancellationToken),
        ["users", var name] => PathUsers.HandleAsync(call, _users, _check, name, cancellationToken),
        ["users", var name, "password"] => PathUsers.SetPasswordAsync(call, _users, _check, name, cancellationToken),
        ["users", var name, "policies"] => PathUsers.SetPoliciesAsync(call, _users, name, cancellationToken),
        _ => throw call.NoPath(),
    };
}
