using Strongroom.Vault.Barrier;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>
/// Logins by signed tokens of others, such as those of CI systems, and by a provider's page in a browser: <c>auth/jwt</c>, <c>auth/oidc</c>
/// (https://developer.hashicorp.com/vault/api-docs/auth/jwt). Each endpoint is a file named after its path.
/// </summary>
internal sealed class JwtEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    private readonly RoleTable<JwtRole> _roles = new(system.View(entry), "role/", JwtJson.Default.JwtRole);
    private readonly RecordView<JwtConfig> _config = new(system.View(entry), JwtJson.Default.JwtConfig);
    private readonly OidcFlows _flows = new();
    private JwtKeySource? _keys;

    public override string Help => "Logins by signed tokens of others, such as those of CI systems, and on the page of an OpenID provider.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("login", Update, "Logs in by a JWT."),
        new("oidc/auth_url", Update, "Begins a login in a browser."),
        new("oidc/callback", Read | Update, "Ends a login in a browser."),
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

    protected override bool IsLogin(string[] path) => path is ["login"] or ["oidc", "auth_url" or "callback"];

    protected override bool IsLoginByRead(string[] path) => path is ["oidc", "callback"];

    protected override async ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) =>
        path is ["oidc", "callback"] ? _flows.RoleOf(fields.Text("state") ?? "") :
        RoleTable<JwtRole>.Canonical(fields.Text("role") is { Length: > 0 } named ? named : (await FindConfigAsync(cancellationToken))?.DefaultRole ?? "");

    protected override async ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken) =>
        folder == "role" ? await _roles.FindAsync(name, cancellationToken) is not null : null;

    protected override ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken) => call.Path switch
    {
        ["login"] => PathLogin.HandleAsync(call, this, _roles, cancellationToken),
        ["oidc", "auth_url"] => PathAuthUrl.HandleAsync(call, this, _roles, _flows, cancellationToken),
        ["oidc", "callback"] => PathCallback.HandleAsync(call, this, _roles, _flows, cancellationToken),
        ["config"] => PathConfig.HandleAsync(call, this, cancellationToken),
        ["role"] => RoleEndpoint.ListAsync(call, _roles, cancellationToken),
        ["role", var name] => PathRole.HandleAsync(call, _roles, name, cancellationToken),
        _ => throw call.NoPath(),
    };
}
