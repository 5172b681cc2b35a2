using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>The tokens that a provider gave for a code. Both are good for something: neither is told or kept.</summary>
internal readonly record struct OidcTokens(string IdToken, string AccessToken);

/// <summary>Asks a provider, in the name of the vault, for what a login in a browser has shown to it.</summary>
internal static class OidcExchange
{
    // What an error answer may say (RFC 6749 section 5.2). Anything else is the provider's own text, and is not passed on.
    private static readonly string[] Errors = ["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"];

    /// <summary>Exchanges a code (RFC 6749 section 4.1.3). Throws Unreachable, or InvalidInput when the provider refuses.</summary>
    public static async ValueTask<OidcTokens> TokensAsync(OutboundHttp http, OidcDiscovery provider, OidcFlow flow, string code, CancellationToken cancellationToken)
    {
        var (tokens, error) = await AskAsync(http, provider, flow, code, inHeader: provider.TakesBasic || !provider.TakesPost, cancellationToken);
        // What a provider takes of some clients it may not take of this one, and says so only now. The code is good still: it did not get that far.
        if (error == "invalid_client" && provider is { TakesBasic: true, TakesPost: true }) (tokens, error) = await AskAsync(http, provider, flow, code, inHeader: false, cancellationToken);
        return tokens ?? throw RequestFields.Invalid($"Vault login failed. Error exchanging oidc code: \"{error}\".");
    }

    private static async ValueTask<(OidcTokens? Tokens, string Error)> AskAsync(
        OutboundHttp http, OidcDiscovery provider, OidcFlow flow, string code, bool inHeader, CancellationToken cancellationToken)
    {
        var config = flow.Keys.Config;
        var form = new List<KeyValuePair<string, string>>
        {
            new("grant_type", "authorization_code"),
            new("code", code),
            new("redirect_uri", flow.RedirectUri),
            new("code_verifier", flow.Verifier),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, OutboundHttp.RequireUrl(provider.TokenUrl, "token_endpoint"));
        if (inHeader)
        {
            var pair = $"{WebUtility.UrlEncode(config.ClientId)}:{WebUtility.UrlEncode(config.ClientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }
        else
        {
            form.Add(new("client_id", config.ClientId));
            form.Add(new("client_secret", config.ClientSecret));
        }
        request.Content = new FormUrlEncodedContent(form);
        var (status, body) = await http.SendAsync(request, config.DiscoveryRootsPem, "", cancellationToken);
        using var answer = StrictJson.TryParse(body, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        if (answer?.RootElement is not { ValueKind: JsonValueKind.Object } root) return (null, $"the provider answered {(int)status}");
        if (status != HttpStatusCode.OK) return (null, Array.Find(Errors, error => error == Text(root, "error")) ?? $"the provider answered {(int)status}");
        return Text(root, "id_token") is { Length: > 0 } idToken
            ? (new OidcTokens(idToken, Text(root, "access_token") ?? ""), "")
            : (null, "id_token is missing from auth code exchange");
    }

    /// <summary>
    /// What the provider tells besides its token (OpenID Connect Core section 5.3), joined to the claims; the claims alone when it tells nothing, or
    /// speaks of somebody else. What says how and for whom the token was made stays as the token has it.
    /// </summary>
    public static async ValueTask<JsonElement> WithUserInfoAsync(
        OutboundHttp http, OidcDiscovery provider, JwtConfig config, JsonElement claims, string accessToken, CancellationToken cancellationToken)
    {
        if (provider.UserInfoUrl.Length == 0 || accessToken.Length == 0) return claims;
        try
        {
            var request = new HttpRequestMessage(HttpMethod.Get, OutboundHttp.RequireUrl(provider.UserInfoUrl, "userinfo_endpoint"));
            var (status, body) = await http.SendAsync(request, config.DiscoveryRootsPem, accessToken, cancellationToken);
            if (status != HttpStatusCode.OK) return claims;
            using var answer = StrictJson.TryParse(body, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            return answer?.RootElement is { ValueKind: JsonValueKind.Object } more && Text(more, "sub") is { } subject && subject == Text(claims, "sub")
                ? IdToken.Join(claims, more)
                : claims;
        }
        catch (SecretException)
        {
            // As with Vault: what it would have told is missing, and who needs it is told so.
            return claims;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
