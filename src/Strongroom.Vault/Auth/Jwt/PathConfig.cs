using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary><c>config</c>: whom the mount believes. A write says all of it anew, and is tried out before it holds.</summary>
internal static class PathConfig
{
    private const string OidcDiscoveryPath = ".well-known/openid-configuration";

    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, JwtEngine engine, CancellationToken cancellationToken)
    {
        if (call.IsRead)
        {
            var known = await engine.FindConfigAsync(cancellationToken) ?? throw new SecretException(SecretErrorKind.NotFound, "there is no configuration");
            return VaultResponse.Ok(writer => Write(writer, known));
        }
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        // Says how Vault Enterprise passes namespaces along; there are none here.
        fields.Know("namespace_in_state");
        if (fields.Find("provider_config") is { ValueKind: JsonValueKind.Object } special && special.EnumerateObject().Any())
            throw RequestFields.Invalid("provider_config is not supported: have the provider put groups into a claim, and name it in groups_claim");
        var config = new JwtConfig
        {
            PublicKeys = fields.Names("jwt_validation_pubkeys") ?? [],
            JwksUrl = fields.Text("jwks_url") ?? "",
            JwksRootsPem = fields.Text("jwks_ca_pem") ?? "",
            DiscoveryUrl = Cut(fields.Text("oidc_discovery_url") ?? ""),
            DiscoveryRootsPem = fields.Text("oidc_discovery_ca_pem") ?? "",
            ClientId = fields.Text("oidc_client_id") ?? "",
            // A secret is printable (RFC 6749 appendix A.2): the end of a line comes from the file that it was in.
            ClientSecret = (fields.Text("oidc_client_secret") ?? "").TrimEnd('\r', '\n'),
            ResponseMode = fields.Text("oidc_response_mode") ?? "",
            ResponseTypes = fields.Names("oidc_response_types") ?? [],
            BoundIssuer = fields.Text("bound_issuer") ?? "",
            DefaultRole = fields.Text("default_role") ?? "",
            SupportedAlgorithms = fields.Names("jwt_supported_algs") ?? [],
        };
        Require(config);
        var keys = new JwtKeySource(config, call.System.Http, call.System.Time);
        try
        {
            await keys.CheckAsync(cancellationToken);
            if (config.IsOidc && await keys.DiscoverAsync(cancellationToken) is not { AuthorizationUrl.Length: > 0, TokenUrl.Length: > 0 })
                throw RequestFields.Invalid("error checking oidc discovery URL: the discovery document names no authorization_endpoint or token_endpoint");
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Malformed)
        {
            throw RequestFields.Invalid($"error checking {(config.JwksUrl.Length > 0 ? "jwks" : "oidc discovery")} URL: {e.Reason}");
        }
        return VaultResponse.Done(await engine.SaveAsync(keys, call.Context, cancellationToken));
    }

    private static void Require(JwtConfig config)
    {
        var sources = (config.PublicKeys.Length > 0 ? 1 : 0) + (config.JwksUrl.Length > 0 ? 1 : 0) + (config.DiscoveryUrl.Length > 0 ? 1 : 0);
        if (sources != 1) throw RequestFields.Invalid("exactly one of 'jwt_validation_pubkeys', 'jwks_url' or 'oidc_discovery_url' must be set");
        if (config.ClientId.Length > 0 != config.ClientSecret.Length > 0) throw RequestFields.Invalid("both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC");
        if (config.ClientId.Length > 0 && config.DiscoveryUrl.Length == 0) throw RequestFields.Invalid("'oidc_discovery_url' must be set for OIDC");
        RequireResponse(config);
        if (config.PublicKeys.Length > JwtKey.CountMax) throw RequestFields.Invalid($"there are more than {JwtKey.CountMax} keys");
        foreach (var pem in config.PublicKeys) JwtKey.FromPem(pem, "jwt_validation_pubkeys");
        if (config.JwksUrl.Length > 0) OutboundHttp.RequireUrl(config.JwksUrl, "jwks_url");
        if (config.DiscoveryUrl.Length > 0) OutboundHttp.RequireUrl(config.DiscoveryUrl, "oidc_discovery_url");
        if (config.JwksRootsPem.Length > 0) OutboundHttp.RequireCertificates(config.JwksRootsPem, "jwks_ca_pem");
        if (config.DiscoveryRootsPem.Length > 0) OutboundHttp.RequireCertificates(config.DiscoveryRootsPem, "oidc_discovery_ca_pem");
        foreach (var algorithm in config.SupportedAlgorithms)
        {
            if (!JwtConfig.Algorithms.Contains(algorithm, StringComparer.Ordinal))
                throw RequestFields.Invalid($"unsupported signing algorithm: {algorithm}; there are: {string.Join(", ", JwtConfig.Algorithms)}");
        }
    }

    private static void RequireResponse(JwtConfig config)
    {
        if (config.ResponseMode is not ("" or "query" or "form_post")) throw RequestFields.Invalid($"invalid response_mode: \"{config.ResponseMode}\"");
        foreach (var type in config.ResponseTypes)
        {
            if (type is not ("code" or "id_token")) throw RequestFields.Invalid($"invalid response_types [{string.Join(' ', config.ResponseTypes)}]. 'code' and 'id_token' are allowed");
            // A token that passes through the browser cannot be tied to who began the login (RFC 9700 section 2.1.2).
            if (type == "id_token") throw RequestFields.Invalid("the response type id_token (implicit flow) is not supported: use code");
        }
    }

    /// <summary>The URL of the issuer, where that of its document was given.</summary>
    private static string Cut(string url) => url.EndsWith(OidcDiscoveryPath, StringComparison.Ordinal) ? url[..^OidcDiscoveryPath.Length] : url;

    private static void Write(Utf8JsonWriter writer, JwtConfig config)
    {
        writer.WriteString("bound_issuer"u8, config.BoundIssuer);
        writer.WriteString("default_role"u8, config.DefaultRole);
        writer.WriteString("jwks_ca_pem"u8, config.JwksRootsPem);
        writer.WriteString("jwks_url"u8, config.JwksUrl);
        writer.WriteStrings("jwt_supported_algs", config.SupportedAlgorithms);
        writer.WriteStrings("jwt_validation_pubkeys", config.PublicKeys);
        writer.WriteBoolean("namespace_in_state"u8, value: true);
        writer.WriteString("oidc_client_id"u8, config.ClientId);
        writer.WriteString("oidc_discovery_ca_pem"u8, config.DiscoveryRootsPem);
        writer.WriteString("oidc_discovery_url"u8, config.DiscoveryUrl);
        writer.WriteString("oidc_response_mode"u8, config.ResponseMode);
        writer.WriteStrings("oidc_response_types", config.ResponseTypes);
        writer.WriteStartObject("provider_config"u8);
        writer.WriteEndObject();
    }
}
