using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>What a provider publishes about itself (OpenID Connect Discovery 1.0, section 3).</summary>
/// <param name="Issuer">What its tokens call it.</param>
/// <param name="KeysUrl">Where its keys are.</param>
/// <param name="AuthorizationUrl">Where people log in; empty when it does not say.</param>
/// <param name="TokenUrl">Where a code is exchanged; empty when it does not say.</param>
/// <param name="UserInfoUrl">Where more is told about who logged in; empty when it does not say.</param>
/// <param name="TakesBasic">Whether clients prove themselves in the header of a request.</param>
/// <param name="TakesPost">Whether clients prove themselves in its body.</param>
internal sealed record OidcDiscovery(string Issuer, string KeysUrl, string AuthorizationUrl, string TokenUrl, string UserInfoUrl, bool TakesBasic, bool TakesPost)
{
    /// <summary>The document of the issuer with this URL. Throws Malformed for one of another issuer, or none.</summary>
    public static OidcDiscovery Parse(byte[] json, string discoveryUrl)
    {
        using var document = StrictJson.TryParse(json, new JsonDocumentOptions { MaxDepth = 16 });
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root) throw new SecretException(SecretErrorKind.Malformed, "the discovery document is not one", operation: "login");
        var issuer = Text(root, "issuer");
        // Who publishes for another issuer must not be believed for this one.
        if (!string.Equals(issuer.TrimEnd('/'), discoveryUrl.TrimEnd('/'), StringComparison.Ordinal))
            throw new SecretException(SecretErrorKind.Malformed, "the discovery document is another issuer's", operation: "login");
        return new OidcDiscovery(
            issuer, Text(root, "jwks_uri"), Text(root, "authorization_endpoint"), Text(root, "token_endpoint"), Text(root, "userinfo_endpoint"),
            Takes(root, "client_secret_basic") ?? true, Takes(root, "client_secret_post") ?? false);
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()! : "";

    /// <summary>Whether the provider takes a way for clients to prove themselves; null when it names none.</summary>
    private static bool? Takes(JsonElement root, string method)
    {
        if (!root.TryGetProperty("token_endpoint_auth_methods_supported", out var methods) || methods.ValueKind != JsonValueKind.Array) return null;
        foreach (var taken in methods.EnumerateArray())
        {
            if (taken.ValueKind == JsonValueKind.String && taken.ValueEquals(method)) return true;
        }
        return false;
    }
}
