using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.Cert;

/// <summary>
/// Logins by the TLS certificate that the client proved to hold: <c>auth/cert</c>
/// (https://developer.hashicorp.com/vault/api-docs/auth/cert). Each endpoint is a file named after its path.
/// </summary>
internal sealed class CertEngine(MountEntry entry, VaultSystem system) : AuthEngine(entry, system)
{
    private readonly RoleTable<CertEntry> _certs = new(system.View(entry), "cert/", CertJson.Default.CertEntry);

    private readonly CrlStore _crls = new(system.View(entry), system);

    public override string Help => "Logins by TLS client certificates.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("login", Update, "Logs in by the certificate of the connection."),
        new("certs", List, "The names of all trusted certificates."),
        new("certs/{name}", Read | Update | Delete, "One trusted certificate, and what tokens it gives."),
        new("crls", List, "The names of all lists of revoked certificates."),
        new("crls/{name}", Read | Update | Delete, "One list of revoked certificates."),
    ];

    public override async ValueTask<bool> HasRoleAsync(string role, CancellationToken cancellationToken) =>
        await _certs.FindAsync(role, cancellationToken) is not null;

    protected override bool IsLogin(string[] path) => path is ["login"];

    protected override ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) =>
        new(RoleTable<CertEntry>.Canonical(fields.Text("name") ?? ""));

    protected override ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken) => new((bool?)null);

    protected override ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken) => call.Path switch
    {
        ["login"] => PathLogin.HandleAsync(call, _certs, _crls, cancellationToken),
        ["certs"] => RoleEndpoint.ListAsync(call, _certs, cancellationToken),
        ["certs", var name] => PathCerts.HandleAsync(call, _certs, name, cancellationToken),
        ["crls"] => PathCrls.ListAsync(call, _crls, cancellationToken),
        ["crls", var name] => PathCrls.HandleAsync(call, _crls, name, cancellationToken),
        _ => throw call.NoPath(),
    };
}
