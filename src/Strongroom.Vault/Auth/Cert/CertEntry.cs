using System.Text.Json.Serialization;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Cert;

/// <summary>A trusted certificate, who of its holders may log in, and what tokens that gives.</summary>
internal sealed record CertEntry
{
    /// <summary>In PEM: certificates of authorities, or one certificate that must be shown itself.</summary>
    public required string Pem { get; init; }

    public string DisplayName { get; set; } = "";

    /// <summary>Any of the names below, with globs; each list that is not empty must match. Common name or any alternative name.</summary>
    public string[] AllowedNames { get; set; } = [];

    public string[] AllowedCommonNames { get; set; } = [];

    public string[] AllowedDnsNames { get; set; } = [];

    public string[] AllowedEmails { get; set; } = [];

    public string[] AllowedUris { get; set; } = [];

    public string[] AllowedOrganizationalUnits { get; set; } = [];

    /// <summary>Extensions as <c>oid:value</c>, values with globs.</summary>
    public string[] RequiredExtensions { get; set; } = [];

    /// <summary>Object identifiers of extensions whose value goes into the metadata.</summary>
    public string[] MetadataExtensions { get; set; } = [];

    public TokenParameters Token { get; set; } = new();
}

/// <summary>A list of revoked certificates as it is stored.</summary>
internal sealed record CrlEntry
{
    /// <summary>Where it comes from; empty when it was given.</summary>
    public string Url { get; set; } = "";

    public required byte[] Der { get; init; }
}

/// <summary>How trusted certificates and lists of revoked ones are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CertEntry))]
[JsonSerializable(typeof(CrlEntry))]
internal sealed partial class CertJson : JsonSerializerContext;
