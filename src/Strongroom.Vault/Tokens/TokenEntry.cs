using System.Text.Json.Serialization;

namespace Strongroom.Vault.Tokens;

/// <summary>What the vault keeps of a token, stored under its hash. Times are Unix seconds, durations seconds.</summary>
internal sealed record TokenEntry
{
    /// <summary>A second name that allows to look up and revoke, and nothing else.</summary>
    public required string Accessor { get; init; }

    /// <summary>Names of its policies, sorted, without repetition.</summary>
    public required string[] Policies { get; init; }

    /// <summary>The path that made it: <c>auth/token/create</c>.</summary>
    public required string Path { get; init; }

    /// <summary>For people: <c>approle-ci</c>.</summary>
    public required string DisplayName { get; init; }

    /// <summary>What the login or its maker said about it.</summary>
    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>Unix time of its making.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Its first time to live; 0 is for ever.</summary>
    public long CreationTtl { get; init; }

    /// <summary>Unix time when it ends, or 0 for never.</summary>
    public long ExpiresAt { get; init; }

    /// <summary>Unix time of the last renewal, or 0.</summary>
    public long RenewedAt { get; init; }

    /// <summary>How long it may live in all, however often it is renewed; 0 leaves it to the mount.</summary>
    public long ExplicitMaxTtl { get; init; }

    /// <summary>When not 0, each renewal gives this long, without a maximum.</summary>
    public long Period { get; init; }

    /// <summary>The longest life that renewals may add up to, from the mount or role that made it; 0 is no limit.</summary>
    public long MaxTtl { get; init; }

    /// <summary>Requests it is still good for; 0 is no limit.</summary>
    public int UsesLeft { get; init; }

    /// <summary>Whether it can be renewed.</summary>
    public bool Renewable { get; init; }

    /// <summary>Hash of the token that made it; null for an orphan.</summary>
    public string? Parent { get; init; }

    /// <summary>The token role it was made with.</summary>
    public string? Role { get; init; }

    /// <summary>The role, user or certificate of the auth mount it was made with by a login.</summary>
    public string? LoginRole { get; init; }

    /// <summary>Whether it carries this record itself and nothing of it is stored.</summary>
    public bool Batch { get; init; }

    /// <summary>Identity of the person or program behind it, or empty.</summary>
    public string EntityId { get; set; } = "";

    /// <summary>Networks it may be used from; empty is anywhere.</summary>
    public string[] BoundCidrs { get; set; } = [];

    /// <summary>True from the moment that its revocation began: it is dead, and what hangs on it is being removed.</summary>
    public bool Revoked { get; init; }

    /// <summary>Whether it is past its end at this time.</summary>
    public bool IsExpired(long now) => ExpiresAt != 0 && now >= ExpiresAt;
}

/// <summary>How token records are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(TokenEntry))]
[JsonSerializable(typeof(TokenRole))]
internal sealed partial class TokenJson : JsonSerializerContext;
