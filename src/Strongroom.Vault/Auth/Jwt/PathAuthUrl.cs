using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>
/// <c>oidc/auth_url</c>: begins a login in a browser, and tells where to send it. As anybody may ask, a request that cannot be met is answered
/// with an empty address rather than with a reason.
/// </summary>
internal static class PathAuthUrl
{
    private const int RedirectLengthMax = 2048;
    private const int ClientNonceLengthMax = 256;

    // 43 characters of base62 have 256 bits; it is the least that RFC 7636 takes for a verifier.
    private const int RandomLength = 43;

    public static async ValueTask<VaultResponse> HandleAsync(
        AuthCall call, JwtEngine engine, RoleTable<JwtRole> roles, OidcFlows flows, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var keys = await engine.KeysAsync(cancellationToken);
        if (!keys.Config.IsOidc) throw RequestFields.Invalid("OIDC login is not configured for this mount");
        var named = fields.Text("role") is { Length: > 0 } given ? given : keys.Config.DefaultRole;
        if (named.Length == 0) throw RequestFields.Invalid("missing role");
        var redirectUri = fields.Text("redirect_uri") ?? "";
        var clientNonce = fields.Text("client_nonce") ?? "";
        var name = RoleTable<JwtRole>.Canonical(named);
        var role = await roles.FindAsync(name, cancellationToken) ?? throw RequestFields.Invalid($"role \"{name}\" could not be found");
        if (redirectUri.Length == 0) throw RequestFields.Invalid("missing redirect_uri");
        if (clientNonce.Length > ClientNonceLengthMax) throw RequestFields.Invalid($"client_nonce has up to {ClientNonceLengthMax} characters");
        var isAllowed = role.IsOidc && redirectUri.Length <= RedirectLengthMax && RedirectUris.Allow(role.AllowedRedirectUris, redirectUri);
        if (!isAllowed || await DiscoverAsync(keys, cancellationToken) is not { } provider) return Answer("");
        var random = call.System.Barrier.Random;
        var flow = new OidcFlow(
            TokenText.Base62(RandomLength, random), keys, name, redirectUri, TokenText.Base62(RandomLength, random), TokenText.Base62(RandomLength, random),
            clientNonce, call.Now + OidcFlows.LifetimeSeconds);
        flows.Add(flow, call.Now);
        return Answer(Url(provider.AuthorizationUrl, keys.Config, role, flow));
    }

    private static VaultResponse Answer(string url) => VaultResponse.Ok(writer => writer.WriteString("auth_url"u8, url));

    private static async ValueTask<OidcDiscovery?> DiscoverAsync(JwtKeySource keys, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.DiscoverAsync(cancellationToken) is { AuthorizationUrl.Length: > 0 } provider ? provider : null;
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Malformed)
        {
            return null;
        }
    }

    /// <summary>The request for a code (RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core section 3.1.2.1).</summary>
    private static string Url(string endpoint, JwtConfig config, JwtRole role, OidcFlow flow)
    {
        var url = new StringBuilder(endpoint).Append(endpoint.Contains('?', StringComparison.Ordinal) ? '&' : '?');
        void Add(string name, string value) => url.Append(url[^1] is '?' or '&' ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        Add("client_id", config.ClientId);
        Add("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(flow.Verifier))));
        Add("code_challenge_method", "S256");
        if (role.MaxAge > 0) Add("max_age", role.MaxAge.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("nonce", flow.Nonce);
        Add("redirect_uri", flow.RedirectUri);
        if (config.ResponseMode.Length > 0) Add("response_mode", config.ResponseMode);
        Add("response_type", "code");
        Add("scope", string.Join(' ', new[] { "openid" }.Concat(role.Scopes).Distinct(StringComparer.Ordinal)));
        Add("state", flow.State);
        return url.ToString();
    }
}
