using System.Text.Json.Serialization;

namespace Strongroom.Vault.Leases;

/// <summary>
/// Something that ends: a token, or what an engine made for one. Stored under its id, <c>path that made it/unique part</c>.
/// Times are Unix seconds.
/// </summary>
internal sealed record LeaseEntry
{
    /// <summary>For the lease of a token, the token's hash. Such a lease lives exactly as long as the token.</summary>
    public string? Token { get; init; }

    /// <summary>For what an engine made, the hash of the token it was made for: it ends with that token.</summary>
    public string? Owner { get; init; }

    public long IssuedAt { get; init; }

    public long RenewedAt { get; init; }

    public long ExpiresAt { get; init; }

    /// <summary>The end that no renewal goes beyond; 0 is none.</summary>
    public long EndsAt { get; init; }

    public bool Renewable { get; init; }

    /// <summary>What the engine needs to revoke it.</summary>
    public Dictionary<string, string>? Data { get; init; }
}

/// <summary>How leases are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LeaseEntry))]
internal sealed partial class LeaseJson : JsonSerializerContext;
