using System.Text.Json.Serialization;

namespace Strongroom.Vault.Leases;

/// <summary>
/// Something that ends: for now always a token, which is its own lease. Stored under its id, <c>path that made it/accessor</c>, so that
/// everything made below a path can be found and ended. Times are Unix seconds.
/// </summary>
internal sealed record LeaseEntry
{
    /// <summary>Hash of the token.</summary>
    public required string Token { get; init; }
}

/// <summary>How leases are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LeaseEntry))]
internal sealed partial class LeaseJson : JsonSerializerContext;
