using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class JwtTests
{
    private const string Issuer = "https://token.actions.githubusercontent.com";

    private static readonly RSA Key = RSA.Create(2048);

    [Fact]
    public async Task Login_takes_who_is_bound_and_tells_what_is_wrong_with_others()
    {
        await using var vault = await CreateAsync();
        var login = await LoginAsync(vault, Claims(vault));
        login.Auth!.Policies.ShouldBe(["default", "ro"]);
        login.Auth.Metadata!.ShouldBe(new Dictionary<string, string> { ["role"] = "ci", ["ref"] = "refs/heads/main" }, ignoreOrder: true);
        login.Auth.EntityId.ShouldNotBeEmpty();
        (await vault.ReadAsync("auth/token/lookup-self", login.Token))["display_name"]!.GetValue<string>().ShouldBe("jwt-repo:o/r:ref:refs/heads/main");

        (await FailAsync(vault, Claims(vault, ("aud", "other")))).ShouldBe("error validating token: invalid audience (aud) claim: audience claim does not match any expected audience");
        (await FailAsync(vault, Claims(vault, ("repository", "o/x")))).ShouldBe("error validating claims: claim \"repository\" does not match any associated bound claim values");
        (await FailAsync(vault, Claims(vault, ("repository", null)))).ShouldBe("error validating claims: claim \"repository\" is missing");
        (await FailAsync(vault, Claims(vault, ("exp", Now(vault) - 3600)))).ShouldBe("error validating token: invalid expiration time (exp) claim: token is expired");
        (await FailAsync(vault, Claims(vault, ("nbf", Now(vault) + 3600)))).ShouldBe("error validating token: invalid not before (nbf) claim: token not yet valid");
        (await FailAsync(vault, Claims(vault, ("iss", "https://evil")))).ShouldBe("error validating token: invalid issuer (iss) claim");
        (await FailAsync(vault, Claims(vault, ("sub", null)))).ShouldBe("claim \"sub\" not found in token");
        (await FailAsync(() => vault.WriteAsync("auth/jwt/login", """{"role": "nope", "jwt": "x"}""", token: null))).ShouldBe("role \"nope\" could not be found");
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    public async Task Login_takes_the_signatures_of_rsa(string algorithm)
    {
        await using var vault = await CreateAsync();
        await LoginAsync(vault, SignedJwt.Make(Key, algorithm, Claims(vault)));
    }

    [Theory]
    [InlineData("ES256", "nistP256")]
    [InlineData("ES384", "nistP384")]
    [InlineData("ES512", "nistP521")]
    public async Task Login_takes_the_signatures_of_curves(string algorithm, string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        await using var vault = await CreateAsync(key.ExportSubjectPublicKeyInfoPem());
        await LoginAsync(vault, SignedJwt.Make(key, algorithm, Claims(vault)));
        await FailAsync(vault, SignedJwt.Make(Key, "RS256", Claims(vault)));
    }

    /// <summary>RFC 8725: the attacker chooses the header; neither no signature nor the public key as a shared secret may pass.</summary>
    [Fact]
    public async Task Login_refuses_none_shared_secrets_and_other_tricks_of_the_header()
    {
        await using var vault = await CreateAsync();
        var claims = Claims(vault).ToJsonString();
        var good = SignedJwt.Make(Key, "RS256", Claims(vault));
        var parts = good.Split('.');
        var publicKey = System.Text.Encoding.UTF8.GetBytes(Key.ExportSubjectPublicKeyInfoPem());
        string[] tokens =
        [
            SignedJwt.Make("""{"alg":"none"}""", claims, _ => []),
            SignedJwt.Make("""{"alg":"None"}""", claims, _ => []),
            SignedJwt.Make("""{"alg":"HS256"}""", claims, signed => HMACSHA256.HashData(publicKey, signed)),
            SignedJwt.Make("""{"alg":"RS256","crit":["exp"]}""", claims, signed => SignedJwt.Sign(Key, "RS256", signed)),
            SignedJwt.Make("""{"alg":"none","alg":"RS256"}""", claims, signed => SignedJwt.Sign(Key, "RS256", signed)),
            SignedJwt.Make("""{"alg":"RS256"}""", claims[..^1] + ",\"aud\":\"other\"}", signed => SignedJwt.Sign(Key, "RS256", signed)),
            SignedJwt.Make("""{"alg":"RS256"}""", "[]", signed => SignedJwt.Sign(Key, "RS256", signed)),
            SignedJwt.Make("""{"alg":"RS512"}""", claims, signed => SignedJwt.Sign(Key, "RS256", signed)),
            good + "=", good + ".", "." + good, good + "\n", good + " ", parts[0] + "." + parts[1], parts[0] + "." + parts[1] + ".",
            parts[0] + "." + parts[1] + "A." + parts[2], "..", "", "x.y.z", new string('a', 20_000),
        ];
        foreach (var token in tokens) await FailAsync(vault, token);
        await LoginAsync(vault, good);
    }

    /// <summary>CVE-2024-5798: an audience was not held against the role when it was one text, or when the role had none.</summary>
    [Fact]
    public async Task Cve_2024_5798_audience_is_held_against_the_role_in_every_form()
    {
        await using var vault = await CreateAsync();
        await LoginAsync(vault, Claims(vault, ("aud", new JsonArray("a", "vault"))));
        await FailAsync(vault, Claims(vault, ("aud", new JsonArray("a", "b"))));
        await FailAsync(vault, Claims(vault, ("aud", null)));
        await FailAsync(vault, Claims(vault, ("aud", new JsonObject { ["vault"] = "vault" })));
        await vault.WriteAsync("auth/jwt/role/open", """{"role_type": "jwt", "user_claim": "sub", "bound_claims": {"repository": "o/r"}}""");
        foreach (var audience in new JsonNode[] { "vault", new JsonArray("vault") })
            (await FailAsync(() => LoginAsync(vault, SignedJwt.Make(Key, "RS256", Claims(vault, ("aud", audience))), "open"))).ShouldBe("audience claim found in JWT but no audiences bound to the role");
        await LoginAsync(vault, SignedJwt.Make(Key, "RS256", Claims(vault, ("aud", null))), "open");
    }

    [Fact]
    public async Task Bound_claims_take_lists_globs_and_pointers()
    {
        await using var vault = await CreateAsync();
        await vault.WriteAsync("auth/jwt/role/glob", """
            {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "vault", "bound_claims_type": "glob",
             "bound_claims": {"ref": ["refs/heads/main", "refs/heads/release/*"], "/env/name": "prod-*", "attempt": 2}}
            """);
        Task<VaultBench.Answer> LoginWith(params (string, JsonNode?)[] more) => LoginAsync(vault, SignedJwt.Make(Key, "RS256", Claims(vault, more)), "glob");
        await LoginWith(("ref", "refs/heads/release/1"), ("env", new JsonObject { ["name"] = "prod-eu" }), ("attempt", 2));
        await FailAsync(() => LoginWith(("ref", "refs/heads/release"), ("env", new JsonObject { ["name"] = "prod-eu" }), ("attempt", 2)));
        await FailAsync(() => LoginWith(("ref", "refs/heads/main"), ("env", new JsonObject { ["name"] = "dev" }), ("attempt", 2)));
        await FailAsync(() => LoginWith(("ref", "refs/heads/main"), ("env", new JsonObject { ["name"] = "prod-eu" }), ("attempt", 3)));
        // Without globs an asterisk is an asterisk.
        await vault.WriteAsync("auth/jwt/role/plain", """{"role_type": "jwt", "user_claim": "sub", "bound_audiences": "vault", "bound_claims": {"repository": "o/*"}}""");
        await FailAsync(() => LoginAsync(vault, SignedJwt.Make(Key, "RS256", Claims(vault)), "plain"));
    }

    [Fact]
    public async Task Leeways_move_the_ends_of_a_token()
    {
        await using var vault = await CreateAsync();
        await LoginAsync(vault, Claims(vault, ("exp", Now(vault) - 50)));
        await FailAsync(vault, Claims(vault, ("exp", Now(vault) - 70)));
        // Without an end a token lasts for the leeway, without any time at all it never was.
        await LoginAsync(vault, Claims(vault, ("exp", null), ("nbf", null), ("iat", Now(vault) - 200)));
        await FailAsync(vault, Claims(vault, ("exp", null), ("nbf", null), ("iat", Now(vault) - 300)));
        await FailAsync(vault, Claims(vault, ("exp", null), ("iat", null), ("nbf", null)));
        await vault.WriteAsync("auth/jwt/role/ci", """{"clock_skew_leeway": -1}""");
        await FailAsync(vault, Claims(vault, ("exp", Now(vault) - 1)));
    }

    [Fact]
    public async Task Published_keys_are_fetched_once_kept_and_fetched_anew_for_a_new_key()
    {
        using var second = RSA.Create(2048);
        var published = new JsonArray(SignedJwt.Jwk(Key, "one"));
        using var http = new CannedHttp((request, _) => request.RequestUri!.AbsolutePath switch
        {
            "/.well-known/openid-configuration" => (HttpStatusCode.OK, $$"""{"issuer": "{{Issuer}}", "jwks_uri": "https://keys.example/jwks"}"""),
            "/jwks" => (HttpStatusCode.OK, new JsonObject { ["keys"] = published.DeepClone() }.ToJsonString()),
            _ => (HttpStatusCode.NotFound, ""),
        });
        await using var vault = await VaultBench.CreateAsync(outbound: http);
        await vault.WriteAsync("sys/auth/jwt", """{"type": "jwt"}""");
        await vault.WriteAsync("auth/jwt/config", $$"""{"oidc_discovery_url": "{{Issuer}}"}""");
        await WriteRoleAsync(vault);
        var fetched = http.Count;
        for (var i = 0; i < 3; i++) await LoginAsync(vault, SignedJwt.Make(Key, "RS256", Claims(vault), "one"));
        http.Count.ShouldBe(fetched);

        published.Add(SignedJwt.Jwk(second, "two"));
        var token = SignedJwt.Make(second, "RS256", Claims(vault, ("exp", Now(vault) + 7200)), "two");
        await FailAsync(vault, token);
        http.Count.ShouldBe(fetched);
        vault.Time.Advance(TimeSpan.FromSeconds(31));
        await LoginAsync(vault, token);
        var again = http.Count;
        for (var i = 0; i < 5; i++) await FailAsync(vault, SignedJwt.Make(second, "RS256", Claims(vault), "made-up"));
        http.Count.ShouldBe(again);
        await FailAsync(vault, SignedJwt.Make(second, "RS256", Claims(vault), "one"));
    }

    [Fact]
    public async Task Configuration_that_cannot_work_is_refused()
    {
        using var http = new CannedHttp((request, _) => request.RequestUri!.Host == "wrong.example"
            ? (HttpStatusCode.OK, """{"issuer": "https://other.example", "jwks_uri": "https://other.example/jwks"}""")
            : (HttpStatusCode.InternalServerError, ""));
        await using var vault = await VaultBench.CreateAsync(outbound: http);
        await vault.WriteAsync("sys/auth/jwt", """{"type": "jwt"}""");
        using var weak = RSA.Create(1024);
        string[] bodies =
        [
            "{}",
            """{"jwks_url": "http://keys.example/jwks"}""",
            """{"jwks_url": "https://keys.example/jwks"}""",
            """{"oidc_discovery_url": "https://wrong.example"}""",
            """{"jwt_validation_pubkeys": ["nonsense"]}""",
            new JsonObject { ["jwt_validation_pubkeys"] = weak.ExportSubjectPublicKeyInfoPem() }.ToJsonString(),
            new JsonObject { ["jwt_validation_pubkeys"] = Key.ExportSubjectPublicKeyInfoPem(), ["jwt_supported_algs"] = "HS256" }.ToJsonString(),
            new JsonObject { ["jwt_validation_pubkeys"] = Key.ExportSubjectPublicKeyInfoPem(), ["jwks_url"] = "https://keys.example/jwks" }.ToJsonString(),
        ];
        foreach (var body in bodies) await FailAsync(() => vault.WriteAsync("auth/jwt/config", body));
        (await FailAsync(() => vault.WriteAsync("auth/jwt/role/x", """{"role_type": "jwt", "user_claim": "sub"}"""))).ShouldContain("bound constraint");
        (await FailAsync(() => vault.WriteAsync("auth/jwt/role/x", """{"role_type": "jwt", "bound_subject": "a"}"""))).ShouldContain("user claim");
        (await FailAsync(() => vault.WriteAsync("auth/jwt/login", """{"role": "x", "jwt": "y"}""", token: null))).ShouldBe("could not load configuration");
    }

    [Fact]
    public async Task Role_is_read_as_it_was_written()
    {
        await using var vault = await CreateAsync();
        await vault.ReopenAsync();
        var role = await vault.ReadAsync("auth/jwt/role/ci");
        role["bound_claims"]!["repository"]!.GetValue<string>().ShouldBe("o/r");
        role["bound_audiences"]![0]!.GetValue<string>().ShouldBe("vault");
        role["bound_claims_type"]!.GetValue<string>().ShouldBe("string");
        role["claim_mappings"]!["ref"]!.GetValue<string>().ShouldBe("ref");
        (await vault.ReadAsync("auth/jwt/config"))["bound_issuer"]!.GetValue<string>().ShouldBe(Issuer);
        (await vault.ListAsync("auth/jwt/role"))["keys"]!.AsArray().Count.ShouldBe(1);
    }

    private static async Task<VaultBench> CreateAsync(string? pem = null)
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/jwt", """{"type": "jwt"}""");
        await vault.WriteAsync("auth/jwt/config", new JsonObject { ["jwt_validation_pubkeys"] = new JsonArray(pem ?? Key.ExportSubjectPublicKeyInfoPem()), ["bound_issuer"] = Issuer }.ToJsonString());
        await WriteRoleAsync(vault);
        return vault;
    }

    private static Task WriteRoleAsync(VaultBench vault) => vault.WriteAsync("auth/jwt/role/ci", """
        {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"], "bound_claims": {"repository": "o/r"}, "claim_mappings": {"ref": "ref"}, "token_policies": ["ro"]}
        """);

    private static long Now(VaultBench vault) => vault.Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What GitHub Actions puts into a token, with some claims changed; null takes one away.</summary>
    private static JsonObject Claims(VaultBench vault, params (string Name, JsonNode? Value)[] changes)
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = "vault",
            ["sub"] = "repo:o/r:ref:refs/heads/main",
            ["repository"] = "o/r",
            ["ref"] = "refs/heads/main",
            ["iat"] = Now(vault) - 5,
            ["nbf"] = Now(vault) - 5,
            ["exp"] = Now(vault) + 300,
        };
        foreach (var (name, value) in changes)
        {
            claims.Remove(name);
            if (value is not null) claims[name] = value.DeepClone();
        }
        return claims;
    }

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, JsonObject claims) => LoginAsync(vault, SignedJwt.Make(Key, "RS256", claims));

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, string jwt, string role = "ci") =>
        vault.WriteAsync("auth/jwt/login", new JsonObject { ["role"] = role, ["jwt"] = jwt }.ToJsonString(), token: null);

    private static Task<string> FailAsync(VaultBench vault, JsonObject claims) => FailAsync(vault, SignedJwt.Make(Key, "RS256", claims));

    private static Task<string> FailAsync(VaultBench vault, string jwt) => FailAsync(() => LoginAsync(vault, jwt));

    private static async Task<string> FailAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<SecretException>(call);
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }
}
