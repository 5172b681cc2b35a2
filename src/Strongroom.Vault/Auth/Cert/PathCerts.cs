using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Cert;

/// <summary><c>certs/:name</c>: makes, changes, reads and removes trusted certificates. <c>LIST certs</c>: their names.</summary>
internal static class PathCerts
{
    private static readonly string[] LegacyNames = ["policies", "ttl", "max_ttl", "period", "bound_cidrs"];
    private static readonly string[] NotSupported = ["ocsp_enabled", "allowed_metadata_organizational_units"];

    public static ValueTask<VaultResponse> HandleAsync(AuthCall call, RoleTable<CertEntry> certs, string name, CancellationToken cancellationToken) =>
        RoleEndpoint.HandleAsync(call, certs, name, (before, fields) => Merge(before, fields, name), Write, VaultResponse.Done, cancellationToken);

    private static CertEntry Merge(CertEntry? before, RequestFields fields, string name)
    {
        foreach (var member in NotSupported)
        {
            if (fields.Flag(member) == true) throw RequestFields.Invalid($"{member} is not supported");
        }
        var pem = fields.Text("certificate") is { Length: > 0 } given ? given : before?.Pem ?? throw RequestFields.Invalid("failed to parse certificate");
        OutboundHttp.RequireCertificates(pem, "certificate");
        var start = before ?? new CertEntry { Pem = pem };
        return start with
        {
            Pem = pem,
            DisplayName = fields.Text("display_name") is { Length: > 0 } shown ? shown : start.DisplayName.Length > 0 ? start.DisplayName : name,
            AllowedNames = fields.Names("allowed_names") ?? start.AllowedNames,
            AllowedCommonNames = fields.Names("allowed_common_names") ?? start.AllowedCommonNames,
            AllowedDnsNames = fields.Names("allowed_dns_sans") ?? start.AllowedDnsNames,
            AllowedEmails = fields.Names("allowed_email_sans") ?? start.AllowedEmails,
            AllowedUris = fields.Names("allowed_uri_sans") ?? start.AllowedUris,
            AllowedOrganizationalUnits = fields.Names("allowed_organizational_units") ?? fields.Names("allowed_organization_units") ?? start.AllowedOrganizationalUnits,
            RequiredExtensions = fields.Names("required_extensions") ?? start.RequiredExtensions,
            MetadataExtensions = fields.Names("allowed_metadata_extensions") ?? start.MetadataExtensions,
            Token = start.Token.Merge(fields, LegacyNames),
        };
    }

    private static void Write(Utf8JsonWriter writer, CertEntry cert)
    {
        writer.WriteStringsOrNull("allowed_common_names", cert.AllowedCommonNames);
        writer.WriteStringsOrNull("allowed_dns_sans", cert.AllowedDnsNames);
        writer.WriteStringsOrNull("allowed_email_sans", cert.AllowedEmails);
        writer.WriteStringsOrNull("allowed_metadata_extensions", cert.MetadataExtensions);
        writer.WriteStringsOrNull("allowed_names", cert.AllowedNames);
        writer.WriteStringsOrNull("allowed_organizational_units", cert.AllowedOrganizationalUnits);
        writer.WriteStringsOrNull("allowed_uri_sans", cert.AllowedUris);
        writer.WriteString("certificate"u8, cert.Pem);
        writer.WriteString("display_name"u8, cert.DisplayName);
        writer.WriteBoolean("ocsp_enabled"u8, value: false);
        writer.WriteStringsOrNull("required_extensions", cert.RequiredExtensions);
        cert.Token.Write(writer);
    }
}
