using System.Text.Json;
using System.Text.Json.Serialization;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>
/// Whom a mount believes: one source of keys, and what holds for all roles. A member that came later is null in what was stored before, which its
/// initialiser mends.
/// </summary>
internal sealed record JwtConfig
{
    /// <summary>The algorithms there are. Neither <c>none</c> nor a shared secret is a signature.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

    /// <summary>Keys in PEM.</summary>
    public string[] PublicKeys { get; set; } = [];

    public string JwksUrl { get; set; } = "";

    public string JwksRootsPem { get; set; } = "";

    public string DiscoveryUrl { get; set; } = "";

    public string DiscoveryRootsPem { get; set; } = "";

    /// <summary>What the provider knows the vault by; empty when there are no logins in a browser.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>What proves to the provider that it is the vault. Never told.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary><c>query</c>, <c>form_post</c>, or empty for what the provider does by itself.</summary>
    public string ResponseMode { get; set; } = "";

    public string[] ResponseTypes { get; set; } = [];

    /// <summary>Whether there are logins in a browser.</summary>
    [JsonIgnore]
    public bool IsOidc => DiscoveryUrl.Length > 0 && ClientId.Length > 0;

    public string BoundIssuer { get; set; } = "";

    public string DefaultRole { get; set; } = "";

    /// <summary>Empty allows all.</summary>
    public string[] SupportedAlgorithms { get; set; } = [];
}

/// <summary>Who may log in by which claims, and what tokens that gives. Durations are seconds; 0 takes the default and a negative one is none.</summary>
internal sealed record JwtRole
{
    public const string Jwt = "jwt";
    public const string Oidc = "oidc";

    /// <summary><c>oidc</c> for logins in a browser, <c>jwt</c> for those by a token.</summary>
    public string Type { get; set; } = Jwt;

    [JsonIgnore]
    public bool IsOidc => Type == Oidc;

    /// <summary>Where a browser may be sent back to.</summary>
    public string[] AllowedRedirectUris { get; set; } = [];

    /// <summary>What a login in a browser asks for besides <c>openid</c>.</summary>
    public string[] Scopes { get; set; } = [];

    /// <summary>How long ago somebody may have proved to the provider who they are, in seconds; 0 does not ask.</summary>
    public long MaxAge { get; init; }

    /// <summary>Whether a login that fails tells the names of the claims that came.</summary>
    public bool Verbose { get; init; }

    public string[] BoundAudiences { get; set; } = [];

    public string BoundSubject { get; set; } = "";

    /// <summary>Claims that must have one of these values: a text, number, truth value, or a list of them.</summary>
    public Dictionary<string, JsonElement> BoundClaims { get; set; } = [];

    /// <summary><c>string</c>, or <c>glob</c> where values are patterns.</summary>
    public string BoundClaimsType { get; set; } = "string";

    /// <summary>Claims by the metadata they become.</summary>
    public Dictionary<string, string> ClaimMappings { get; set; } = [];

    /// <summary>The claim that names who logs in.</summary>
    public string UserClaim { get; set; } = "";

    public bool UserClaimJsonPointer { get; init; }

    /// <summary>The claim that tells the groups of who logs in; empty is none.</summary>
    public string GroupsClaim { get; set; } = "";

    public long ExpirationLeeway { get; init; }

    public long NotBeforeLeeway { get; init; }

    public long ClockSkewLeeway { get; init; }

    public TokenParameters Token { get; set; } = new();
}

/// <summary>How configuration and roles are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JwtConfig))]
[JsonSerializable(typeof(JwtRole))]
internal sealed partial class JwtJson : JsonSerializerContext;
