namespace Strongroom.Vault.Tokens;

/// <summary>A role of <c>auth/token/roles</c>: what tokens made with it may and must be. Durations are seconds.</summary>
internal sealed record TokenRole
{
    public string[] AllowedPolicies { get; init; } = [];

    public string[] AllowedPoliciesGlob { get; init; } = [];

    public string[] DisallowedPolicies { get; init; } = [];

    public string[] DisallowedPoliciesGlob { get; init; } = [];

    public bool Orphan { get; init; }

    public bool NotRenewable { get; init; }

    public string PathSuffix { get; init; } = "";

    public string[] AllowedEntityAliases { get; init; } = [];

    public TokenParameters Token { get; init; } = new();
}
