namespace Strongroom.Vault.Tokens;

/// <summary>A token as its new holder is told of it: the member <c>auth</c> of an answer.</summary>
public sealed record IssuedAuth
{
    /// <summary>The token. Null in an answer to its renewal by accessor.</summary>
    public required ClientToken? Token { get; init; }

    /// <summary>Its accessor.</summary>
    public required string Accessor { get; init; }

    /// <summary>Its policies.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>The policies that its holder's identity adds to them.</summary>
    public IReadOnlyList<string> IdentityPolicies { get; init; } = [];

    /// <summary>What the login said about its holder.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How long it is good for; zero is for ever.</summary>
    public TimeSpan LeaseDuration { get; init; }

    /// <summary>Whether it can be renewed.</summary>
    public bool Renewable { get; init; }

    /// <summary>The identity behind it, or empty.</summary>
    public string EntityId { get; init; } = "";

    /// <summary><c>service</c> or <c>batch</c>.</summary>
    public string Type { get; init; } = "service";

    /// <summary>Whether it lives on when the token that made it ends.</summary>
    public bool Orphan { get; init; }

    /// <summary>Requests it is good for; 0 is no limit.</summary>
    public int UsesLeft { get; init; }
}

/// <summary>A successful login, before the pipeline makes a token of it.</summary>
/// <param name="Token">What the role says about its tokens.</param>
/// <param name="DisplayName">For people: the name behind the login.</param>
/// <param name="Metadata">What is known of who logged in.</param>
internal sealed record AuthGrant(TokenParameters Token, string DisplayName, Dictionary<string, string>? Metadata = null)
{
    /// <summary>The name by which this mount knows who logged in; gives the identity. Null has none.</summary>
    public string? Alias { get; init; }

    /// <summary>What is kept of who logged in beside that name, for templates of policies.</summary>
    public Dictionary<string, string>? AliasMetadata { get; init; }

    /// <summary>The groups that the login says they are in, by their names there.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The role, user or certificate that was logged in with: without it, its tokens are not renewed.</summary>
    public string? Role { get; init; }

    /// <summary>Whether the token can be renewed.</summary>
    public bool Renewable { get; init; } = true;
}
