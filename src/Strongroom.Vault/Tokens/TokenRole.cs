namespace Strongroom.Vault.Tokens;

/// <summary>A role of <c>auth/token/roles</c>: what tokens made with it may and must be. Durations are seconds.</summary>
internal sealed record TokenRole
{
    public string[] AllowedPolicies { get; set; } = [];

    public string[] AllowedPoliciesGlob { get; set; } = [];

    public string[] DisallowedPolicies { get; set; } = [];

    public string[] DisallowedPoliciesGlob { get; set; } = [];

    public bool Orphan { get; init; }

    public bool NotRenewable { get; init; }

    public string PathSuffix { get; set; } = "";

    public string[] AllowedEntityAliases { get; set; } = [];

    public TokenParameters Token { get; set; } = new();
}
