using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Auth.Jwt;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary><c>login</c>: the token of a service account, which the cluster reviews, for one of ours.</summary>
internal static class PathLogin
{
    public static async ValueTask<VaultResponse> HandleAsync(
        AuthCall call, RecordView<KubernetesConfig> configs, RoleTable<KubernetesRole> roles, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        if (fields.Text("role") is not { Length: > 0 } named) throw RequestFields.Invalid("missing role");
        if (fields.Text("jwt") is not { Length: > 0 } text) throw RequestFields.Invalid("missing jwt");
        var name = RoleTable<KubernetesRole>.Canonical(named);
        var role = await roles.FindAsync(name, cancellationToken) ?? throw RequestFields.Invalid($"invalid role name \"{name}\"");
        var config = (await configs.GetAsync("config", cancellationToken))?.Value ?? throw RequestFields.Invalid("could not load backend configuration");
        if (!ClientNetworks.Allow(role.Token.BoundCidrs, call.Request.Origin.Address)) throw TokenStore.Denied("login");

        // What is no token at all, is for another audience, or is signed by nobody known, does not reach the cluster.
        var token = JwtText.Parse(text);
        Require(config, role, token);
        var account = await ServiceAccount.ReviewAsync(call.System.Http, config, text, role.Audience, cancellationToken);
        if (role.Audience.Length > 0 && !account.Audiences.Contains(role.Audience, StringComparer.Ordinal)) throw Denied("invalid audience (aud) claim: audience claim does not match any expected audience");
        if (!MatchesAny(role.Namespaces, account.Namespace)) throw Denied("namespace not authorized");
        if (!MatchesAny(role.Names, account.Name)) throw Denied("service account name not authorized");

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["role"] = name,
            ["service_account_name"] = account.Name,
            ["service_account_namespace"] = account.Namespace,
            ["service_account_secret_name"] = JwtClaims.Find(token.Claims, "kubernetes.io/serviceaccount/secret.name") is { ValueKind: JsonValueKind.String } secret ? secret.GetString()! : "",
            ["service_account_uid"] = account.Uid,
        };
        var alias = role.AliasNameSource == KubernetesEngine.AliasByName ? $"{account.Namespace}/{account.Name}" : account.Uid;
        if (alias.Length == 0) throw Denied("the cluster did not tell the uid of the service account");
        var aliasMetadata = new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        aliasMetadata.Remove("role");
        return VaultResponse.Login(new AuthGrant(role.Token, $"{account.Namespace}-{account.Name}", metadata) { Alias = alias, AliasMetadata = aliasMetadata, Role = name });
    }

    private static void Require(KubernetesConfig config, KubernetesRole role, JwtText token)
    {
        if (role.Audience.Length > 0) JwtClaims.RequireAudience(token.Claims, [role.Audience]);
        if (!config.DisableIssuerValidation)
            JwtClaims.RequireIssuer(token.Claims, config.Issuer.Length > 0 ? config.Issuer : "kubernetes/serviceaccount");
        if (config.PublicKeys.Length == 0) return;
        if (!JwtConfig.Algorithms.Contains(token.Algorithm, StringComparer.Ordinal)
            || !Array.Exists(config.PublicKeys, pem => JwtKey.FromPem(pem, "pem_keys").Verifies(token.Algorithm, token.Signed, token.Signature)))
            throw Denied("token signature is not of a known key");
    }

    private static bool MatchesAny(string[] patterns, string name)
    {
        foreach (var pattern in patterns)
        {
            if (Glob.Matches(pattern, name)) return true;
        }
        return false;
    }

    private static SecretException Denied(string reason) => new(SecretErrorKind.Denied, reason, operation: "login");
}
