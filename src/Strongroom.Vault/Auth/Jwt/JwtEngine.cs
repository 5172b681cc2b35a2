using Strongroom.Vault.Barrier;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>
/// Logins by signed tokens of others, such as those of CI systems: <c>auth/jwt</c> (https://developer.hashicorp.com/vault/api-docs/auth/jwt).
/// The flow in a browser (<c>oidc/</c>) is not there. Each endpoint is a file named after its path.
/// </summary>
internal sealed class JwtEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    private readonly RoleTable<JwtRole> _roles = new(system.View(entry), "role/", JwtJson.Default.JwtRole);
    private readonly RecordView<JwtConfig> _config = new(system.View(entry), JwtJson.Default.JwtConfig);
    private JwtKeySource? _keys;

    public override string Help => "Logins by signed tokens of others, such as those of CI systems.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("login", Update, "Logs in by a JWT."),
        new("config", Read | Update, "Whose tokens are believed."),
        new("role", List, "The names of all roles."),
        new("role/{name}", Create | Read | Update | Delete, "One role: who may log in by it, and what tokens they get."),
    ];

    public override async ValueTask<bool> HasRoleAsync(string role, CancellationToken cancellationToken) =>
        await _roles.FindAsync(role, cancellationToken) is not null;

    /// <summary>The keys of the present configuration. Throws InvalidInput when there is none.</summary>
    public async ValueTask<JwtKeySource> KeysAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _keys) is { } known) return known;
        var config = await _config.GetAsync("config", cancellationToken) ?? throw RequestFields.Invalid("could not load configuration");
        var made = new JwtKeySource(config.Value, System.Http, System.Time);
        // Whoever saved another configuration meanwhile has the last word.
        return Interlocked.CompareExchange(ref _keys, made, null) ?? made;
    }

    public async ValueTask<JwtConfig?> FindConfigAsync(CancellationToken cancellationToken) => (await _config.GetAsync("config", cancellationToken))?.Value;

    public async ValueTask<long> SaveAsync(JwtKeySource keys, RequestContext context, CancellationToken cancellationToken)
    {
        var sequence = await context.CommitAsync(commit => _config.PutListed(commit, "config", keys.Config), cancellationToken);
        Volatile.Write(ref _keys, keys);
        return sequence;
    }

    protected override bool IsLogin(string[] path) => path is ["login"];

    protected override async ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) =>
        RoleTable<JwtRole>.Canonical(fields.Text("role") is { Length: > 0 } named ? named : (await FindConfigAsync(cancellationToken))?.DefaultRole ?? "");

    protected override async ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken) =>
        folder == "role" ? await _roles.FindAsync(name, cancellationToken) is not null : null;

    protected override ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken) => call.Path switch
    {
        ["login"] => PathLogin.HandleAsync(call, this, _roles, cancellationToken),
        ["config"] => PathConfig.HandleAsync(call, this, cancellationToken),
        ["role"] => RoleEndpoint.ListAsync(call, _roles, cancellationToken),
        ["role", var name] => PathRole.HandleAsync(call, _roles, name, cancellationToken),
        _ => throw call.NoPath(),
    };
}
