using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Auth.Jwt;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class OidcTests
{
    private const string Redirect = "http://localhost:8250/oidc/callback";

    [Theory]
    [InlineData("jwt", true)]
    [InlineData("oidc", false)]
    public async Task Login_in_a_browser_gives_a_token_of_its_role(string type, bool takesBasic)
    {
        await using var bench = await CreateAsync(type, provider =>
        {
            if (!takesBasic) provider.Document["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post");
        });
        bench.Provider.Claims["email"] = "ada@example.com";
        var url = await bench.BeginAsync();
        OpenIdProvider.Parse(new Uri(url).Query[1..]).Keys.Order().ShouldBe(["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_type", "scope", "state"]);
        OpenIdProvider.Parse(new Uri(url).Query[1..])["scope"].ShouldBe("openid email groups");
        var login = await bench.EndAsync(bench.Provider.Visit(url));
        login.Auth!.Policies.ShouldBe(["default", "people"]);
        login.Auth.Metadata!["role"].ShouldBe("people");
        var self = await bench.Vault.ReadAsync("auth/token/lookup-self", login.Token);
        self["display_name"]!.GetValue<string>().ShouldBe(type + "-ada@example.com");
        self["path"]!.GetValue<string>().ShouldBe($"auth/{type}/oidc/callback");
        bench.Provider.Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Groups_that_only_userinfo_tells_give_their_policies()
    {
        await using var bench = await CreateAsync();
        bench.Provider.Claims["email"] = "ada@example.com";
        bench.Provider.UserInfo = new JsonObject { ["sub"] = "248289761001", ["groups"] = new JsonArray("eng"), ["aud"] = "somebody", ["email"] = "ada@elsewhere.example" };
        await bench.Vault.WriteAsync("auth/jwt/role/people", """{"groups_claim": "groups", "claim_mappings": {"aud": "audience"}}""");
        var group = (await bench.Vault.WriteAsync("identity/group", """{"name": "g", "type": "external", "policies": "developer"}"""))["id"]!.GetValue<string>();
        var accessor = (await bench.Vault.ReadAsync("sys/auth"))["jwt/"]!["accessor"]!.GetValue<string>();
        await bench.Vault.WriteAsync("identity/group-alias", $$"""{"name": "eng", "mount_accessor": "{{accessor}}", "canonical_id": "{{group}}"}""");
        var login = await bench.LoginAsync();
        login.Auth!.IdentityPolicies.ShouldBe(["developer"]);
        // What the token says of itself nobody overrides; of the person, the newer word counts.
        login.Auth.Metadata!["audience"].ShouldBe(OpenIdProvider.ClientId);
        (await bench.Vault.ReadAsync("auth/token/lookup-self", login.Token))["display_name"]!.GetValue<string>().ShouldBe("jwt-ada@elsewhere.example");
        // Of somebody else it says nothing.
        bench.Provider.UserInfo["sub"] = "other";
        (await bench.FailAsync()).ShouldBe("failed to fetch groups: \"groups\" claim not found in token");
        bench.Provider.UserInfo = null;
        (await bench.FailAsync()).ShouldBe("failed to fetch groups: \"groups\" claim not found in token");
    }

    /// <summary>OpenID Connect Core section 3.1.3.7, each point.</summary>
    [Theory]
    [InlineData("iss", "\"https://evil.example\"", "error validating token: invalid issuer (iss) claim")]
    [InlineData("aud", "\"other\"", "error validating token: invalid audience (aud) claim: audience claim does not match any expected audience")]
    [InlineData("aud", "[\"vault client\", \"other\"]", "error validating token: invalid authorized party (azp) claim")]
    [InlineData("azp", "\"other\"", "error validating token: invalid authorized party (azp) claim")]
    [InlineData("exp", "1000", "error validating token: invalid expiration time (exp) claim: token is expired")]
    [InlineData("exp", null, "error validating token: exp claim is missing")]
    [InlineData("iat", null, "error validating token: iat claim is missing")]
    [InlineData("sub", null, "error validating token: sub claim is missing")]
    [InlineData("iat", "99999999999", "error validating token: invalid not before (nbf) claim: token not yet valid")]
    [InlineData("nonce", "\"replayed\"", "Vault login failed. invalid ID token nonce.")]
    [InlineData("nonce", null, "Vault login failed. invalid ID token nonce.")]
    [InlineData("at_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\"", "error validating token: invalid access token hash (at_hash) claim")]
    public async Task Token_that_was_not_made_for_this_login_is_refused(string claim, string? value, string reason)
    {
        await using var bench = await CreateAsync();
        bench.Provider.Spoil = claims =>
        {
            claims.Remove(claim);
            if (value is not null) claims[claim] = JsonNode.Parse(value);
        };
        (await bench.FailAsync()).ShouldBe(reason);
    }

    [Fact]
    public async Task Token_of_another_key_or_algorithm_is_refused()
    {
        await using var bench = await CreateAsync();
        using var other = RSA.Create(2048);
        bench.Provider.Sign = claims => SignedJwt.Make(other, "RS256", claims, "one");
        (await bench.FailAsync()).ShouldBe("error validating token: no known key successfully validated the token signature");
        bench.Provider.Sign = claims => SignedJwt.Make(bench.Provider.Key, "RS512", claims, "one");
        (await bench.FailAsync()).ShouldBe("error validating token: token signed with unexpected algorithm");
        bench.Provider.Sign = claims => SignedJwt.Make("""{"alg":"none"}""", claims.ToJsonString(), _ => []);
        (await bench.FailAsync()).ShouldBe("error validating token: token signed with unexpected algorithm");
        await bench.ConfigureAsync("""{"jwt_supported_algs": ["RS512"]}""");
        bench.Provider.Claims["email"] = "ada@example.com";
        bench.Provider.Spoil = claims => claims.Remove("at_hash");
        bench.Provider.Sign = claims => SignedJwt.Make(bench.Provider.Key, "RS512", claims, "one");
        await bench.LoginAsync();
    }

    [Fact]
    public async Task Login_ends_once_in_time_and_by_the_client_that_began_it()
    {
        await using var bench = await CreateAsync();
        bench.Provider.Claims["email"] = "ada@example.com";
        const string expired = "Vault login failed. Expired or missing OAuth state.";
        var back = bench.Provider.Visit(await bench.BeginAsync());
        await bench.EndAsync(back);
        (await bench.FailAsync(back)).ShouldBe(expired);
        (await bench.FailAsync(new() { ["state"] = "made-up", ["code"] = "x" })).ShouldBe(expired);
        (await bench.FailAsync([])).ShouldBe(expired);

        back = bench.Provider.Visit(await bench.BeginAsync());
        (await bench.FailAsync(back, clientNonce: "another")).ShouldBe("invalid client_nonce");
        // Who has the state but not the nonce may spoil the login, and gets nothing.
        (await bench.FailAsync(back)).ShouldBe(expired);

        back = bench.Provider.Visit(await bench.BeginAsync());
        bench.Vault.Time.Advance(TimeSpan.FromSeconds(OidcFlows.LifetimeSeconds));
        (await bench.FailAsync(back)).ShouldBe(expired);

        // What began under another configuration does not end under this one: the code would go to another provider.
        back = bench.Provider.Visit(await bench.BeginAsync());
        await bench.ConfigureAsync("{}");
        (await bench.FailAsync(back)).ShouldBe(expired);

        back = bench.Provider.Visit(await bench.BeginAsync());
        await bench.Vault.DeleteAsync("auth/jwt/role/people");
        (await bench.FailAsync(back)).ShouldBe("Vault login failed. Role could not be found");
    }

    [Fact]
    public async Task Code_of_another_login_is_refused_by_pkce()
    {
        await using var bench = await CreateAsync();
        var (mine, theirs) = (bench.Provider.Visit(await bench.BeginAsync()), bench.Provider.Visit(await bench.BeginAsync()));
        (await bench.FailAsync(new() { ["state"] = mine["state"], ["code"] = theirs["code"] })).ShouldBe("Vault login failed. Error exchanging oidc code: \"invalid_grant\".");
        bench.Provider.Refusal.ShouldBe("invalid_grant");
        var back = bench.Provider.Visit(await bench.BeginAsync());
        back.Remove("code");
        (await bench.FailAsync(back)).ShouldBe("Vault login failed. No code or id_token received.");
    }

    [Fact]
    public async Task Provider_that_does_not_answer_is_not_asked_by_every_request()
    {
        await using var bench = await CreateAsync();
        await bench.Vault.ReopenAsync();
        bench.Provider.IsDown = true;
        var asked = bench.Provider.Count;
        for (var i = 0; i < 5; i++) (await bench.BeginAsync()).ShouldBeEmpty();
        bench.Provider.Count.ShouldBe(asked + 1);
        bench.Provider.IsDown = false;
        bench.Vault.Time.Advance(JwtKeySource.RefreshMin);
        (await bench.BeginAsync()).ShouldNotBeEmpty();
        var back = bench.Provider.Visit(await bench.BeginAsync());
        bench.Provider.IsDown = true;
        (await bench.FailAsync(back)).ShouldStartWith("Vault login failed. ");
    }

    [Theory]
    [InlineData("access_denied", "Vault login failed. access_denied")]
    [InlineData("<script>", "Vault login failed. An unknown error occurred during OIDC authentication.")]
    public async Task Refusal_of_the_provider_is_told_when_its_word_is_known(string error, string reason)
    {
        await using var bench = await CreateAsync();
        var back = bench.Provider.Visit(await bench.BeginAsync());
        (await bench.FailAsync(new() { ["state"] = back["state"], ["error"] = error })).ShouldBe(reason);
    }

    [Theory]
    [InlineData("http://localhost:8250/oidc/callback", true)]
    [InlineData("http://localhost:45123/oidc/callback", true)]
    [InlineData("http://localhost/oidc/callback", true)]
    [InlineData("https://vault.example/ui/vault/auth/oidc/oidc/callback", true)]
    [InlineData("https://vault.example:8200/ui/vault/auth/oidc/oidc/callback", false)]
    [InlineData("https://vault.example/ui/vault/auth/oidc/oidc/callback?x=y", false)]
    [InlineData("http://127.0.0.1:8250/oidc/callback", false)]
    [InlineData("https://localhost:8250/oidc/callback", false)]
    [InlineData("http://localhost:8250/oidc/callback/", false)]
    [InlineData("http://localhost:8250/other", false)]
    [InlineData("http://localhost:8250@evil.example/oidc/callback", false)]
    [InlineData("http://localhost:8250\\@evil.example/oidc/callback", false)]
    [InlineData("http://localhost.evil.example/oidc/callback", false)]
    [InlineData("javascript:alert(1)", false)]
    public async Task Browser_is_sent_back_to_allowed_addresses_alone(string redirect, bool isAllowed)
    {
        await using var bench = await CreateAsync();
        var url = (await bench.Vault.WriteAsync("auth/jwt/oidc/auth_url", new JsonObject { ["role"] = "people", ["redirect_uri"] = redirect }.ToJsonString(), token: null))["auth_url"]!.GetValue<string>();
        (url.Length > 0).ShouldBe(isAllowed);
    }

    [Fact]
    public async Task Beginning_tells_what_is_missing()
    {
        await using var bench = await CreateAsync();
        Task<string> FailAsync(string body) => bench.RefusedAsync(() => bench.Vault.WriteAsync("auth/jwt/oidc/auth_url", body, token: null));
        (await FailAsync("{}")).ShouldBe("missing role");
        (await FailAsync("""{"role": "nope", "redirect_uri": "x"}""")).ShouldBe("role \"nope\" could not be found");
        (await FailAsync("""{"role": "people"}""")).ShouldBe("missing redirect_uri");
        await bench.Vault.WriteAsync("auth/jwt/role/ci", """{"role_type": "jwt", "user_claim": "sub", "bound_subject": "x", "allowed_redirect_uris": "http://localhost/oidc/callback"}""");
        (await bench.Vault.WriteAsync("auth/jwt/oidc/auth_url", new JsonObject { ["role"] = "ci", ["redirect_uri"] = Redirect }.ToJsonString(), token: null))["auth_url"]!.GetValue<string>().ShouldBeEmpty();
        (await bench.RefusedAsync(() => bench.Vault.WriteAsync("auth/jwt/login", """{"role": "people", "jwt": "x"}""", token: null))).ShouldBe("role with oidc role_type is not allowed");
        await bench.Vault.WriteAsync("auth/jwt/config", $$"""{"oidc_discovery_url": "{{OpenIdProvider.UsualIssuer}}"}""");
        (await FailAsync("""{"role": "people", "redirect_uri": "x"}""")).ShouldBe("OIDC login is not configured for this mount");
    }

    [Theory]
    [InlineData("""{"oidc_client_secret": ""}""", "both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC")]
    [InlineData("""{"oidc_discovery_url": "", "jwks_url": "https://id.example/keys"}""", "'oidc_discovery_url' must be set for OIDC")]
    [InlineData("""{"oidc_response_mode": "fragment"}""", "invalid response_mode: \"fragment\"")]
    [InlineData("""{"oidc_response_types": ["token"]}""", "invalid response_types [token]. 'code' and 'id_token' are allowed")]
    [InlineData("""{"oidc_response_types": ["id_token"]}""", "the response type id_token (implicit flow) is not supported: use code")]
    [InlineData("""{"provider_config": {"provider": "azure"}}""", "provider_config is not supported: have the provider put groups into a claim, and name it in groups_claim")]
    public async Task Configuration_that_cannot_work_is_refused(string change, string reason)
    {
        await using var bench = await CreateAsync();
        (await bench.RefusedAsync(() => bench.ConfigureAsync(change))).ShouldBe(reason);
    }

    [Fact]
    public async Task Configuration_is_read_without_its_secret_and_survives_a_seal()
    {
        await using var bench = await CreateAsync();
        await bench.ConfigureAsync("""{"oidc_discovery_url": "https://id.example/.well-known/openid-configuration", "oidc_response_mode": "form_post", "oidc_response_types": "code", "default_role": "people"}""");
        await bench.Vault.ReopenAsync();
        var read = await bench.Vault.ReadAsync("auth/jwt/config");
        read.Data!.ToJsonString().ShouldNotContain("s3cret");
        read["oidc_client_id"]!.GetValue<string>().ShouldBe(OpenIdProvider.ClientId);
        read["oidc_response_mode"]!.GetValue<string>().ShouldBe("form_post");
        (await bench.BeginAsync()).ShouldContain("response_mode=form_post");
        // A browser that posts comes with the same.
        bench.Provider.Claims["email"] = "ada@example.com";
        var back = bench.Provider.Visit(await bench.BeginAsync());
        await bench.Vault.WriteAsync("auth/jwt/oidc/callback", new JsonObject { ["state"] = back["state"], ["code"] = back["code"], ["client_nonce"] = "mine" }.ToJsonString(), token: null);
        var role = await bench.Vault.ReadAsync("auth/jwt/role/people");
        role["role_type"]!.GetValue<string>().ShouldBe("oidc");
        role["oidc_scopes"]!.AsArray().Count.ShouldBe(2);
        role["allowed_redirect_uris"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Role_without_type_is_for_browsers_and_needs_its_addresses()
    {
        await using var bench = await CreateAsync();
        (await bench.RefusedAsync(() => bench.Vault.WriteAsync("auth/jwt/role/x", """{"user_claim": "sub"}"""))).ShouldBe("'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.");
        (await bench.RefusedAsync(() => bench.Vault.WriteAsync("auth/jwt/role/x", """{"role_type": "saml"}"""))).ShouldBe("invalid 'role_type': saml");
    }

    [Fact]
    public async Task Age_of_the_proof_is_held_against_the_role()
    {
        await using var bench = await CreateAsync();
        await bench.Vault.WriteAsync("auth/jwt/role/people", """{"max_age": "10m"}""");
        (await bench.BeginAsync()).ShouldContain("max_age=600");
        (await bench.FailAsync()).ShouldBe("error validating token: auth_time claim is missing");
        bench.Provider.Claims["auth_time"] = bench.Vault.Time.GetUtcNow().ToUnixTimeSeconds() - 700;
        (await bench.FailAsync()).ShouldBe("error validating token: the last authentication is longer ago than max_age");
        bench.Provider.Claims["auth_time"] = bench.Vault.Time.GetUtcNow().ToUnixTimeSeconds() - 500;
        bench.Provider.Claims["email"] = "ada@example.com";
        await bench.LoginAsync();
    }

    [Fact]
    public async Task Bound_claims_and_networks_hold_and_verbose_tells_names_but_no_values()
    {
        await using var bench = await CreateAsync();
        bench.Provider.Claims["department"] = "hidden-value";
        (await bench.FailAsync()).ShouldBe("claim \"email\" not found in token");
        await bench.Vault.WriteAsync("auth/jwt/role/people", """{"verbose_oidc_logging": true}""");
        var told = await bench.FailAsync();
        told.ShouldStartWith("claim \"email\" not found in token; the claims are: department, iss, sub");
        told.ShouldNotContain("hidden-value");
        bench.Provider.Claims["email"] = "ada@example.com";
        await bench.Vault.WriteAsync("auth/jwt/role/people", """{"verbose_oidc_logging": false, "bound_claims": {"department": "sales"}}""");
        (await bench.FailAsync()).ShouldBe("error validating claims: claim \"department\" does not match any associated bound claim values");
        await bench.Vault.WriteAsync("auth/jwt/role/people", """{"bound_claims": {}, "token_bound_cidrs": "10.0.0.0/8"}""");
        (await Should.ThrowAsync<SecretException>(() => bench.LoginAsync())).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Neither_audit_log_nor_errors_have_a_code_a_nonce_or_a_token()
    {
        await using var bench = await CreateAsync();
        bench.Provider.Claims["email"] = "ada@example.com";
        var url = await bench.BeginAsync();
        var back = bench.Provider.Visit(url);
        await bench.EndAsync(back);
        var log = await File.ReadAllTextAsync(bench.Vault.AuditPath);
        log.ShouldContain("auth/jwt/oidc/callback");
        foreach (var secret in new[] { back["code"], back["state"], OpenIdProvider.Parse(new Uri(url).Query[1..])["nonce"], "access-", OpenIdProvider.ClientSecret }) log.ShouldNotContain(secret);
    }

    [Fact]
    public void Role_that_was_stored_before_there_were_browsers_is_for_tokens()
    {
        var role = System.Text.Json.JsonSerializer.Deserialize("""{"UserClaim": "sub"}""", JwtJson.Default.JwtRole)!;
        role.IsOidc.ShouldBeFalse();
        role.AllowedRedirectUris.ShouldBeEmpty();
        role.Scopes.ShouldBeEmpty();
        role.GroupsClaim.ShouldBeEmpty();
    }

    [Fact]
    public void Logins_begun_are_bounded_and_the_oldest_gives_way()
    {
        var flows = new OidcFlows();
        OidcFlow Flow(int i) => new("state" + i, null!, "role", "", "", "", "", 600);
        for (var i = 0; i <= OidcFlows.CountMax; i++) flows.Add(Flow(i), 0);
        flows.Take("state0", 0).ShouldBeNull();
        flows.RoleOf("state1").ShouldBe("role");
        flows.Take("state1", 0).ShouldNotBeNull();
        flows.Take("state1", 0).ShouldBeNull();
        flows.Take("state2", 600).ShouldBeNull();
    }

    private static async Task<OidcBench> CreateAsync(string type = "jwt", Action<OpenIdProvider>? change = null)
    {
        var provider = new OpenIdProvider();
        change?.Invoke(provider);
        var bench = new OidcBench(await VaultBench.CreateAsync(outbound: provider.Http), provider, type);
        provider.Time = bench.Vault.Time;
        await bench.Vault.WriteAsync("sys/auth/" + type, $$"""{"type": "{{type}}"}""");
        await bench.ConfigureAsync("{}");
        await bench.Vault.WriteAsync($"auth/{type}/role/people", """
            {"user_claim": "email", "oidc_scopes": ["email", "groups"], "token_policies": "people",
             "allowed_redirect_uris": ["http://localhost:8250/oidc/callback", "https://vault.example/ui/vault/auth/oidc/oidc/callback"]}
            """);
        return bench;
    }

    private sealed record OidcBench(VaultBench Vault, OpenIdProvider Provider, string Mount) : IAsyncDisposable
    {
        public Task ConfigureAsync(string change)
        {
            var config = new JsonObject { ["oidc_discovery_url"] = OpenIdProvider.UsualIssuer, ["oidc_client_id"] = OpenIdProvider.ClientId, ["oidc_client_secret"] = OpenIdProvider.ClientSecret };
            foreach (var (name, value) in JsonNode.Parse(change)!.AsObject()) config[name] = value?.DeepClone();
            return Vault.WriteAsync($"auth/{Mount}/config", config.ToJsonString());
        }

        public async Task<string> BeginAsync() => (await Vault.WriteAsync(
            $"auth/{Mount}/oidc/auth_url", new JsonObject { ["role"] = "people", ["redirect_uri"] = Redirect, ["client_nonce"] = "mine" }.ToJsonString(), token: null))["auth_url"]!.GetValue<string>();

        public Task<VaultBench.Answer> EndAsync(Dictionary<string, string> back, string clientNonce = "mine") =>
            Vault.SendAsync(VaultOperation.Read, $"auth/{Mount}/oidc/callback", null, token: null, query: new Dictionary<string, string>(back) { ["client_nonce"] = clientNonce });

        public async Task<VaultBench.Answer> LoginAsync() => await EndAsync(Provider.Visit(await BeginAsync()));

        public Task<string> FailAsync() => RefusedAsync(LoginAsync);

        public Task<string> FailAsync(Dictionary<string, string> back, string clientNonce = "mine") => RefusedAsync(() => EndAsync(back, clientNonce));

        public async Task<string> RefusedAsync(Func<Task> call)
        {
            var error = await Should.ThrowAsync<SecretException>(call);
            error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
            return error.Reason;
        }

        public ValueTask DisposeAsync() => Vault.DisposeAsync();
    }
}
