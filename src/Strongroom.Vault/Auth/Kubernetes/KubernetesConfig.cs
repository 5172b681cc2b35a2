using System.Text.Json.Serialization;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary>The cluster that a mount believes.</summary>
internal sealed record KubernetesConfig
{
    /// <summary>Where the API server is: an https URL.</summary>
    public required string Host { get; init; }

    /// <summary>The only roots to trust, in PEM; empty takes the pod's own or the system's.</summary>
    public string RootsPem { get; set; } = "";

    /// <summary>The token to ask with; empty asks with the pod's own or the one that is asked about.</summary>
    public string ReviewerToken { get; set; } = "";

    /// <summary>Keys in PEM that must have signed the tokens, besides the review; empty leaves it to the review.</summary>
    public string[] PublicKeys { get; set; } = [];

    public string Issuer { get; set; } = "";

    public bool DisableIssuerValidation { get; set; } = true;

    /// <summary>Whether the certificate and token of the pod that the server runs in are left alone.</summary>
    public bool DisableLocal { get; init; }
}

/// <summary>Which service accounts may log in, and what tokens that gives.</summary>
internal sealed record KubernetesRole
{
    /// <summary>Names of service accounts, with globs; <c>*</c> is any.</summary>
    public string[] Names { get; set; } = [];

    /// <summary>Namespaces, with globs; <c>*</c> is any.</summary>
    public string[] Namespaces { get; set; } = [];

    /// <summary>The audience that the token must be for; empty does not ask.</summary>
    public string Audience { get; set; } = "";

    /// <summary><c>serviceaccount_uid</c> or <c>serviceaccount_name</c>: what the identity is known by.</summary>
    public string AliasNameSource { get; set; } = KubernetesEngine.AliasByUid;

    public TokenParameters Token { get; set; } = new();
}

/// <summary>How configuration and roles are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubernetesConfig))]
[JsonSerializable(typeof(KubernetesRole))]
internal sealed partial class KubernetesJson : JsonSerializerContext;
