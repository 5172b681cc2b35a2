using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

/// <summary>Answers of the API server are those of a real one (Kubernetes 1.20, TokenReview v1).</summary>
public sealed class KubernetesTests
{
    private const string Uid = "863bddf7-f4aa-4fdc-8780-a773a9272213";

    private static readonly RSA Key = RSA.Create(2048);

    [Fact]
    public async Task Login_asks_the_cluster_and_takes_who_is_bound()
    {
        var cluster = new FakeCluster();
        await using var vault = await CreateAsync(cluster);
        var login = await LoginAsync(vault);
        login.Auth!.Policies.ShouldBe(["default", "ro"]);
        login.Auth.LeaseDuration.ShouldBe(TimeSpan.FromMinutes(15));
        login.Auth.Metadata!.ShouldBe(
            new Dictionary<string, string>
            {
                ["role"] = "app",
                ["service_account_name"] = "sa1",
                ["service_account_namespace"] = "default",
                ["service_account_secret_name"] = "",
                ["service_account_uid"] = Uid,
            },
            ignoreOrder: true);
        (await vault.ReadAsync("auth/token/lookup-self", login.Token))["display_name"]!.GetValue<string>().ShouldBe("kubernetes-default-sa1");
        (await vault.ReadAsync("identity/entity/id/" + login.Auth.EntityId))["aliases"]![0]!["name"]!.GetValue<string>().ShouldBe(Uid);
        cluster.Bearer.ShouldBe("reviewer");
    }

    [Theory]
    [InlineData("system:serviceaccount:default:sa2", "service account name not authorized")]
    [InlineData("system:serviceaccount:other:sa1", "namespace not authorized")]
    [InlineData("system:serviceaccount:default", "lookup failed: unexpected username format")]
    [InlineData("system:node:sa1", "lookup failed: unexpected username format")]
    public async Task Login_refuses_who_is_not_bound(string user, string reason)
    {
        await using var vault = await CreateAsync(new FakeCluster { User = user });
        var error = await Should.ThrowAsync<SecretException>(() => LoginAsync(vault));
        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Reason.ShouldBe(reason);
    }

    [Fact]
    public async Task Login_refuses_what_the_cluster_does_not_know_and_does_not_ask_about_nonsense()
    {
        var cluster = new FakeCluster { User = null };
        await using var vault = await CreateAsync(cluster);
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault))).Kind.ShouldBe(SecretErrorKind.Denied);
        var asked = cluster.Count;
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, jwt: "x.y.z"))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        cluster.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task Login_asks_with_the_token_itself_when_there_is_none_to_ask_with()
    {
        var cluster = new FakeCluster();
        await using var vault = await CreateAsync(cluster);
        await vault.WriteAsync("auth/kubernetes/config", """{"kubernetes_host": "https://10.0.0.1:6443", "disable_local_ca_jwt": true}""");
        var jwt = Token();
        await LoginAsync(vault, jwt: jwt);
        cluster.Bearer.ShouldBe(jwt);
        cluster.Forbidden = true;
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Reviewer_without_the_right_to_ask_is_told()
    {
        await using var vault = await CreateAsync(new FakeCluster { Forbidden = true });
        var error = await Should.ThrowAsync<SecretException>(() => LoginAsync(vault));
        error.Kind.ShouldBe(SecretErrorKind.Unreachable);
        error.Help!.ShouldContain("system:auth-delegator");
    }

    [Fact]
    public async Task Audience_of_the_role_is_asked_for_and_must_be_confirmed()
    {
        var cluster = new FakeCluster();
        await using var vault = await CreateAsync(cluster);
        await vault.WriteAsync("auth/kubernetes/role/app", """{"audience": "vault"}""");
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault))).Reason.ShouldContain("audience");
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, jwt: Token("vault")))).Reason.ShouldContain("audience");
        cluster.Audience = "vault";
        await LoginAsync(vault, jwt: Token("vault"));
        cluster.AskedAudience.ShouldBe("vault");
    }

    [Fact]
    public async Task Token_must_be_signed_by_a_known_key_when_keys_are_given()
    {
        using var other = RSA.Create(2048);
        await using var vault = await CreateAsync(new FakeCluster());
        await vault.WriteAsync("auth/kubernetes/config", new JsonObject { ["kubernetes_host"] = "https://10.0.0.1:6443", ["token_reviewer_jwt"] = "reviewer", ["pem_keys"] = Key.ExportSubjectPublicKeyInfoPem() }.ToJsonString());
        await LoginAsync(vault);
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, jwt: Token(key: other)))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Configuration_and_roles_are_checked_and_never_tell_the_reviewer()
    {
        await using var vault = await CreateAsync(new FakeCluster());
        (await vault.ReadAsync("auth/kubernetes/config")).Data!.ToJsonString().ShouldNotContain("\"reviewer\"");
        string[] bodies = ["{}", """{"kubernetes_host": "http://10.0.0.1"}""", """{"kubernetes_host": "https://a", "kubernetes_ca_cert": "nonsense"}"""];
        foreach (var body in bodies) (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/kubernetes/config", body))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/kubernetes/role/x", """{"bound_service_account_names": "a"}"""))).Reason.ShouldContain("namespaces");
        (await vault.ReadAsync("auth/kubernetes/role/app"))["alias_name_source"]!.GetValue<string>().ShouldBe("serviceaccount_uid");
        await vault.WriteAsync("auth/kubernetes/role/app", """{"alias_name_source": "serviceaccount_name"}""");
        (await vault.ReadAsync("identity/entity/id/" + (await LoginAsync(vault)).Auth!.EntityId))["aliases"]![0]!["name"]!.GetValue<string>().ShouldBe("default/sa1");
    }

    private static async Task<VaultBench> CreateAsync(FakeCluster cluster)
    {
        var vault = await VaultBench.CreateAsync(outbound: new CannedHttp(cluster.Answer));
        await vault.WriteAsync("sys/auth/kubernetes", """{"type": "kubernetes"}""");
        await vault.WriteAsync("auth/kubernetes/config", """{"kubernetes_host": "https://10.0.0.1:6443", "token_reviewer_jwt": "reviewer", "disable_iss_validation": true}""");
        await vault.WriteAsync("auth/kubernetes/role/app", """{"bound_service_account_names": ["sa1"], "bound_service_account_namespaces": ["default"], "token_policies": ["ro"], "token_ttl": "15m"}""");
        return vault;
    }

    private static string Token(string audience = "https://kubernetes.default.svc", RSA? key = null) => SignedJwt.Make(key ?? Key, "RS256", new JsonObject { ["aud"] = new JsonArray(audience) });

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, string? jwt = null) =>
        vault.WriteAsync("auth/kubernetes/login", new JsonObject { ["role"] = "app", ["jwt"] = jwt ?? Token() }.ToJsonString(), token: null);

    /// <summary>An API server that takes no other request than the TokenReview its description allows.</summary>
    private sealed class FakeCluster
    {
        public string? User { get; init; } = "system:serviceaccount:default:sa1";

        public string Audience { get; set; } = "https://kubernetes.default.svc";

        public bool Forbidden { get; set; }

        public int Count { get; private set; }

        public string Bearer { get; private set; } = "";

        public string? AskedAudience { get; private set; }

        public (HttpStatusCode Status, string Body) Answer(HttpRequestMessage request, string body)
        {
            Count++;
            Bearer = request.Headers.Authorization!.Parameter!;
            request.Method.ShouldBe(HttpMethod.Post);
            request.RequestUri!.AbsoluteUri.ShouldBe("https://10.0.0.1:6443/apis/authentication.k8s.io/v1/tokenreviews");
            request.Content!.Headers.ContentType!.MediaType.ShouldBe("application/json");
            var review = JsonNode.Parse(body)!.AsObject();
            review.Select(member => member.Key).ShouldBe(["apiVersion", "kind", "spec"]);
            review["apiVersion"]!.GetValue<string>().ShouldBe("authentication.k8s.io/v1");
            review["kind"]!.GetValue<string>().ShouldBe("TokenReview");
            var spec = review["spec"]!.AsObject();
            spec.Select(member => member.Key).ShouldBeSubsetOf(["token", "audiences"]);
            AskedAudience = spec["audiences"]?[0]!.GetValue<string>();
            if (Forbidden)
                return (HttpStatusCode.Forbidden, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"tokenreviews.authentication.k8s.io is forbidden","reason":"Forbidden","code":403}""");
            var status = User is null
                ? new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" }
                : new JsonObject
                {
                    ["authenticated"] = true,
                    ["user"] = new JsonObject { ["username"] = User, ["uid"] = Uid, ["groups"] = new JsonArray("system:serviceaccounts", "system:authenticated") },
                    ["audiences"] = new JsonArray(Audience),
                };
            return (HttpStatusCode.Created, new JsonObject { ["kind"] = "TokenReview", ["apiVersion"] = "authentication.k8s.io/v1", ["metadata"] = new JsonObject { ["creationTimestamp"] = null }, ["spec"] = spec.DeepClone(), ["status"] = status }.ToJsonString());
        }
    }
}
