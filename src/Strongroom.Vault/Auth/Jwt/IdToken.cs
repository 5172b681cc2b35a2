using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>The token by which a provider tells who logged in (OpenID Connect Core sections 2 and 3.1.3.7). Faults are InvalidInput.</summary>
internal static class IdToken
{
    // As Vault has it: other algorithms are named in jwt_supported_algs.
    private static readonly string[] UsualAlgorithms = ["RS256"];

    // Claims about the token rather than about who logged in.
    private static readonly string[] OfTheToken = ["iss", "sub", "aud", "exp", "iat", "nbf", "nonce", "auth_time", "azp", "at_hash", "acr", "amr", "jti"];

    /// <summary>The claims of a token that was made for this login.</summary>
    public static async ValueTask<JsonElement> VerifyAsync(OidcFlow flow, OidcDiscovery provider, JwtRole role, OidcTokens tokens, long now, CancellationToken cancellationToken)
    {
        var config = flow.Keys.Config;
        var token = JwtText.Parse(tokens.IdToken);
        var allowed = config.SupportedAlgorithms is { Length: > 0 } named ? named : UsualAlgorithms;
        if (!allowed.Contains(token.Algorithm, StringComparer.Ordinal)) throw Invalid("token signed with unexpected algorithm");
        if (!await flow.Keys.VerifiesAsync(token, cancellationToken)) throw Invalid("no known key successfully validated the token signature");
        var claims = token.Claims;
        JwtClaims.RequireIssuer(claims, provider.Issuer);
        JwtClaims.RequireIssuer(claims, config.BoundIssuer);
        RequireAudience(claims, config.ClientId, role.BoundAudiences);
        foreach (var name in (ReadOnlySpan<string>)["sub", "exp", "iat"])
        {
            if (JwtClaims.Find(claims, name) is not { ValueKind: JsonValueKind.String or JsonValueKind.Number }) throw Invalid($"{name} claim is missing");
        }
        JwtClaims.RequireTime(claims, role, now);
        if (Text(claims, "nonce") is not { } nonce || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(flow.Nonce)))
            throw RequestFields.Invalid("Vault login failed. invalid ID token nonce.");
        if (role.MaxAge > 0) RequireFresh(claims, role, now);
        RequireAccessToken(claims, token.Algorithm, tokens.AccessToken);
        JwtClaims.RequireSubject(claims, role.BoundSubject);
        return claims;
    }

    /// <summary>The claims with what a provider tells besides.</summary>
    public static JsonElement Join(JsonElement claims, JsonElement more)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var claim in claims.EnumerateObject())
            {
                if (OfTheToken.Contains(claim.Name, StringComparer.Ordinal) || !more.TryGetProperty(claim.Name, out _)) claim.WriteTo(writer);
            }
            foreach (var claim in more.EnumerateObject())
            {
                if (!OfTheToken.Contains(claim.Name, StringComparer.Ordinal)) claim.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>It is for us, was not given to another client, and is for one of the audiences of the role if that names some.</summary>
    private static void RequireAudience(JsonElement claims, string clientId, string[] bound)
    {
        JwtClaims.RequireAudience(claims, [clientId]);
        if (bound.Length > 0) JwtClaims.RequireAudience(claims, bound);
        var party = Text(claims, "azp");
        var isOneOfMany = JwtClaims.Find(claims, "aud") is { ValueKind: JsonValueKind.Array } audiences && audiences.GetArrayLength() > 1;
        if ((party is null && isOneOfMany) || (party is not null && party != clientId)) throw Invalid("invalid authorized party (azp) claim");
    }

    private static void RequireFresh(JsonElement claims, JwtRole role, long now)
    {
        if (JwtClaims.Find(claims, "auth_time") is not { ValueKind: JsonValueKind.Number } time || !time.TryGetInt64(out var at)) throw Invalid("auth_time claim is missing");
        if (now - at > role.MaxAge + JwtClaims.ClockSkew(role)) throw Invalid("the last authentication is longer ago than max_age");
    }

    /// <summary>Where the token says which access token came with it, it is this one.</summary>
    private static void RequireAccessToken(JsonElement claims, string algorithm, string accessToken)
    {
        if (JwtClaims.Find(claims, "at_hash") is not { } claim || accessToken.Length == 0) return;
        var bytes = Encoding.UTF8.GetBytes(accessToken);
        var hash = algorithm[2..] switch { "256" => SHA256.HashData(bytes), "384" => SHA384.HashData(bytes), _ => SHA512.HashData(bytes) };
        if (claim.ValueKind != JsonValueKind.String || claim.GetString() != Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2))) throw Invalid("invalid access token hash (at_hash) claim");
    }

    private static string? Text(JsonElement claims, string name) => JwtClaims.Find(claims, name) is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;

    private static SecretException Invalid(string reason) => RequestFields.Invalid("error validating token: " + reason);
}
