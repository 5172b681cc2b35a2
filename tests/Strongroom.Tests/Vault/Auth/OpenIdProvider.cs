using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;

namespace Strongroom.Tests.Vault.Auth;

/// <summary>
/// An OpenID provider that does what its specifications ask of one, and no more: discovery, keys, a page where somebody logs in, an exchange of
/// codes that checks the client, the address and PKCE, and what is told besides. What it signs can be changed, to be a bad one.
/// </summary>
internal sealed class OpenIdProvider(string issuer = OpenIdProvider.UsualIssuer)
{
    public const string UsualIssuer = "https://id.example";
    public const string ClientId = "vault client";
    public const string ClientSecret = "s3cret:+&";

    private static readonly RSA OneKey = RSA.Create(2048);

    private readonly Dictionary<string, Grant> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _accessTokens = new(StringComparer.Ordinal);
    private int _count;

    public RSA Key { get; } = OneKey;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string Issuer => issuer;

    /// <summary>What it publishes about itself.</summary>
    public JsonObject Document { get; } = new()
    {
        ["issuer"] = issuer,
        ["authorization_endpoint"] = issuer + "/authorize",
        ["token_endpoint"] = issuer + "/token",
        ["userinfo_endpoint"] = issuer + "/userinfo",
        ["jwks_uri"] = issuer + "/keys",
    };

    /// <summary>What userinfo tells; null answers 404.</summary>
    public JsonObject? UserInfo { get; set; }

    /// <summary>Claims that the token has besides those that it must.</summary>
    public JsonObject Claims { get; } = [];

    /// <summary>Changes a token before it is signed.</summary>
    public Action<JsonObject>? Spoil { get; set; }

    /// <summary>Signs the claims in another way.</summary>
    public Func<JsonObject, string>? Sign { get; set; }

    /// <summary>Whether it answers nothing but failures.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Count { get; private set; }

    /// <summary>What the exchange was refused for.</summary>
    public string? Refusal { get; private set; }

    public CannedHttp Http => new(Answer);

    /// <summary>What a browser gets that is sent to the page and logs in: the query that it comes back with.</summary>
    public Dictionary<string, string> Visit(string url)
    {
        var uri = new Uri(url);
        url.ShouldStartWith(Issuer + "/authorize?");
        var asked = Parse(uri.Query.TrimStart('?'));
        asked["response_type"].ShouldBe("code");
        asked["client_id"].ShouldBe(ClientId);
        asked["scope"].Split(' ').ShouldContain("openid");
        asked["code_challenge_method"].ShouldBe("S256");
        asked["code_challenge"].Length.ShouldBe(43);
        asked["nonce"].Length.ShouldBeGreaterThanOrEqualTo(22);
        asked["state"].Length.ShouldBeGreaterThanOrEqualTo(22);
        var code = "code-" + ++_count;
        _codes[code] = new Grant(asked["redirect_uri"], asked["code_challenge"], asked["nonce"]);
        return new() { ["state"] = asked["state"], ["code"] = code };
    }

    public static Dictionary<string, string> Parse(string form) => form.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => WebUtility.UrlDecode(pair[0]), pair => WebUtility.UrlDecode(pair[1]), StringComparer.Ordinal);

    public (HttpStatusCode Status, string Body) Answer(HttpRequestMessage request, string body)
    {
        Count++;
        return IsDown ? (HttpStatusCode.ServiceUnavailable, "") : AnswerUp(request, body);
    }

    private (HttpStatusCode Status, string Body) AnswerUp(HttpRequestMessage request, string body) => request.RequestUri!.AbsolutePath switch
    {
        "/.well-known/openid-configuration" => (HttpStatusCode.OK, Document.ToJsonString()),
        "/keys" => (HttpStatusCode.OK, new JsonObject { ["keys"] = new JsonArray(SignedJwt.Jwk(Key, "one")) }.ToJsonString()),
        "/token" => Exchange(request, Parse(body)),
        "/userinfo" when UserInfo is not null && _accessTokens.ContainsKey(request.Headers.Authorization?.Parameter ?? "") => (HttpStatusCode.OK, UserInfo.ToJsonString()),
        _ => (HttpStatusCode.NotFound, ""),
    };

    private (HttpStatusCode Status, string Body) Exchange(HttpRequestMessage request, Dictionary<string, string> form)
    {
        var pair = request.Headers.Authorization is { Scheme: "Basic" } basic
            ? Encoding.UTF8.GetString(Convert.FromBase64String(basic.Parameter!)).Split(':').Select(WebUtility.UrlDecode).ToArray()
            : [form.GetValueOrDefault("client_id"), form.GetValueOrDefault("client_secret")];
        if (pair is not [ClientId, ClientSecret]) return Refuse("invalid_client");
        if (request.Method != HttpMethod.Post || form.GetValueOrDefault("grant_type") != "authorization_code") return Refuse("unsupported_grant_type");
        if (!_codes.Remove(form.GetValueOrDefault("code") ?? "", out var grant)) return Refuse("invalid_grant");
        if (form.GetValueOrDefault("redirect_uri") != grant.RedirectUri) return Refuse("invalid_grant");
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form.GetValueOrDefault("code_verifier") ?? "")));
        if (challenge != grant.Challenge) return Refuse("invalid_grant");
        var now = Time.GetUtcNow().ToUnixTimeSeconds();
        var accessToken = "access-" + ++_count;
        _accessTokens[accessToken] = "";
        var claims = Claims.DeepClone().AsObject();
        claims["iss"] = Issuer;
        claims["sub"] = "248289761001";
        claims["aud"] = ClientId;
        claims["iat"] = now;
        claims["exp"] = now + 300;
        claims["nonce"] = grant.Nonce;
        claims["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16));
        Spoil?.Invoke(claims);
        var idToken = Sign is null ? SignedJwt.Make(Key, "RS256", claims, "one") : Sign(claims);
        return (HttpStatusCode.OK, new JsonObject { ["access_token"] = accessToken, ["token_type"] = "Bearer", ["id_token"] = idToken }.ToJsonString());
    }

    private (HttpStatusCode Status, string Body) Refuse(string error)
    {
        Refusal = error;
        return (HttpStatusCode.BadRequest, new JsonObject { ["error"] = error, ["error_description"] = "words of the provider" }.ToJsonString());
    }

    private sealed record Grant(string RedirectUri, string Challenge, string Nonce);
}
