using System.Security.Cryptography.X509Certificates;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Cert;

/// <summary><c>login</c>: the certificate of the connection for a token; by the trusted certificate that the body names, or any that fits.</summary>
internal static class PathLogin
{
    private const string NoMatch = "invalid certificate or no client certificate supplied";

    private const string NotAllowed = "no chain matching all constraints could be found for this login certificate";

    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, RoleTable<CertEntry> certs, CrlStore crls, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        if (call.Request.Origin.Certificate is not { } client) throw RequestFields.Invalid("client certificate must be supplied");
        var candidates = fields.Text("name") is { Length: > 0 } only ? [RoleTable<CertEntry>.Canonical(only)] : await certs.ListAsync(cancellationToken);
        var names = new CertNames(client);
        var revoked = await crls.CurrentAsync(call.Context, cancellationToken);
        var isTrusted = false;
        foreach (var name in candidates)
        {
            if (await certs.FindAsync(name, cancellationToken) is not { } entry) continue;
            if (!ClientNetworks.Allow(entry.Token.BoundCidrs, call.Request.Origin.Address)) continue;
            if (CertMatch.FindChain(entry, client, call.Request.Origin.SentCertificates, call.System.Time.GetUtcNow()) is not { } chain) continue;
            if (CertMatch.IsAllowed(entry, names) && !IsRevoked(chain, revoked)) return Grant(entry, name, client, names);
            isTrusted |= chain.Count > 1;
        }
        throw RequestFields.Invalid(isTrusted ? NotAllowed : NoMatch);
    }

    private static bool IsRevoked(IReadOnlyList<byte[]> chain, IReadOnlyCollection<NamedCrl> revoked)
    {
        foreach (var crl in revoked)
        {
            foreach (var serial in chain)
            {
                if (crl.List.Has(serial)) return true;
            }
        }
        return false;
    }

    private static VaultResponse Grant(CertEntry entry, string name, X509Certificate2 client, CertNames names)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["authority_key_id"] = KeyId(client.Extensions, authority: true),
            ["cert_name"] = name,
            ["common_name"] = names.CommonName,
            ["serial_number"] = client.SerialNumber,
            ["subject_key_id"] = KeyId(client.Extensions, authority: false),
        };
        foreach (var oid in entry.MetadataExtensions)
        {
            if (names.Extension(oid) is { } value) metadata[oid.Replace('.', '-')] = value;
        }
        // Who has no common name has no identity that could be told from others.
        var alias = names.CommonName.Length > 0 ? names.CommonName : null;
        return VaultResponse.Login(new AuthGrant(entry.Token, entry.DisplayName, metadata) { Alias = alias, AliasMetadata = metadata, Role = name });
    }

    private static string KeyId(X509ExtensionCollection extensions, bool authority)
    {
        foreach (var extension in extensions)
        {
            var bytes = extension switch
            {
                X509AuthorityKeyIdentifierExtension issuer when authority => issuer.KeyIdentifier,
                X509SubjectKeyIdentifierExtension subject when !authority => subject.SubjectKeyIdentifierBytes,
                _ => null,
            };
            if (bytes is { } id) return Convert.ToHexStringLower(id.Span);
        }
        return "";
    }
}
