using System.Text.Json.Serialization;

namespace Strongroom.Vault.Edge;

/// <summary>What the vault's operators set for the HTTP edge: pages of other origins, and headers that audit devices are told. Never changed once made.</summary>
public sealed record EdgeSettings
{
    /// <summary>Pages of which origins may talk to the server; null lets none (<c>sys/config/cors</c>).</summary>
    public CorsSettings? Cors { get; init; }

    /// <summary>Request headers that audit entries tell, in lower case, and whether by their code alone (<c>sys/config/auditing/request-headers</c>).</summary>
    public IReadOnlyDictionary<string, bool> AuditedHeaders { get; set; } = new Dictionary<string, bool>(StringComparer.Ordinal);
}

/// <summary>Which pages of other origins may talk to the server.</summary>
public sealed record CorsSettings
{
    /// <summary>The headers that such pages may send besides those that are set.</summary>
    public static readonly IReadOnlyList<string> StandardHeaders =
    [
        "Content-Type", "X-Requested-With", "X-Vault-AWS-IAM-Server-ID", "X-Vault-MFA", "X-Vault-No-Request-Forwarding", "X-Vault-Wrap-Format", "X-Vault-Wrap-TTL",
        "X-Vault-Policy-Override", "Authorization", "X-Vault-Token",
    ];

    /// <summary>The origins, or <c>*</c> alone for all.</summary>
    public required IReadOnlyList<string> Origins { get; init; }

    /// <summary>Headers beyond <see cref="StandardHeaders"/>.</summary>
    public IReadOnlyList<string> MoreHeaders { get; set; } = [];

    /// <summary>All headers that such pages may send.</summary>
    [JsonIgnore]
    public IEnumerable<string> Headers => [.. StandardHeaders, .. MoreHeaders];

    /// <summary>Whether pages of an origin may.</summary>
    public bool Allows(string origin)
    {
        if (Origins is ["*"]) return true;
        foreach (var allowed in Origins)
        {
            if (string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}

/// <summary>The stored form of <see cref="EdgeSettings"/>.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EdgeSettings))]
internal sealed partial class EdgeJson : JsonSerializerContext;
