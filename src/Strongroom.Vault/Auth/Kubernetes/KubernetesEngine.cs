using Strongroom.Vault.Barrier;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary>
/// Logins of pods by their service account: <c>auth/kubernetes</c> (https://developer.hashicorp.com/vault/api-docs/auth/kubernetes). The
/// cluster itself says who a token belongs to. Each endpoint is a file named after its path.
/// </summary>
internal sealed class KubernetesEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    public const string AliasByUid = "serviceaccount_uid";
    public const string AliasByName = "serviceaccount_name";

    private readonly RoleTable<KubernetesRole> _roles = new(system.View(entry), "role/", KubernetesJson.Default.KubernetesRole);
    private readonly RecordView<KubernetesConfig> _config = new(system.View(entry), KubernetesJson.Default.KubernetesConfig);

    public override string Help => "Logins of pods by their service account.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("login", Update, "Logs in by the token of a service account."),
        new("config", Read | Update, "The cluster."),
        new("role", List, "The names of all roles."),
        new("role/{name}", Create | Read | Update | Delete, "One role: who may log in by it, and what tokens they get."),
    ];

    public override async ValueTask<bool> HasRoleAsync(string role, CancellationToken cancellationToken) =>
        await _roles.FindAsync(role, cancellationToken) is not null;

    protected override bool IsLogin(string[] path) => path is ["login"];

    protected override ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) =>
        new(RoleTable<KubernetesRole>.Canonical(fields.Text("role") ?? ""));

    protected override async ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken) =>
        folder == "role" ? await _roles.FindAsync(name, cancellationToken) is not null : null;

    protected override ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken) => call.Path switch
    {
        ["login"] => PathLogin.HandleAsync(call, _config, _roles, cancellationToken),
        ["config"] => PathConfig.HandleAsync(call, _config, cancellationToken),
        ["role"] => RoleEndpoint.ListAsync(call, _roles, cancellationToken),
        ["role", var name] => PathRole.HandleAsync(call, _roles, name, cancellationToken),
        _ => throw call.NoPath(),
    };
}
