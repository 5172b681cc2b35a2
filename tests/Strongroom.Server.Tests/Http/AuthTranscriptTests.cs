using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Server.Tests.Wire;
using Xunit;

namespace Strongroom.Server.Tests.Http;

/// <summary>
/// Logins as a real Vault answered them (1.8, recorded): the same requests, and each member of those answers must be in ours with the same
/// value. <c>*</c> stands for a value that is another each time.
/// </summary>
public sealed class AuthTranscriptTests
{
    private const string Envelope = "\"request_id\":\"*\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"wrap_info\":null,\"warnings\":null";
    private const string Issued = "\"client_token\":\"*\",\"accessor\":\"*\",\"entity_id\":\"*\",\"token_type\":\"service\",\"orphan\":true,\"renewable\":true";

    [Fact]
    public async Task AppRole()
    {
        await using var server = await RunningServer.StartAsync();
        await ExpectAsync(server, "POST", "/v1/sys/auth/approle", """{"type": "approle"}""", 204);
        await ExpectAsync(server, "POST", "/v1/auth/approle/role/app",
            """{"token_policies": ["ro"], "secret_id_num_uses": 1, "secret_id_ttl": "10m", "token_ttl": "20m", "token_max_ttl": "1h"}""", 204);
        var role = await ExpectAsync(server, "GET", "/v1/auth/approle/role/app/role-id", null, 200, $$$"""{ {{{Envelope}}}, "data": {"role_id": "*"}, "auth": null}""");
        var made = await ExpectAsync(server, "POST", "/v1/auth/approle/role/app/secret-id", """{"metadata": "{\"host\":\"h1\"}"}""", 200,
            $$$"""{ {{{Envelope}}}, "data": {"secret_id": "*", "secret_id_accessor": "*", "secret_id_ttl": 600}, "auth": null}""");
        var wrapped = await ExpectAsync(server, "POST", "/v1/auth/approle/role/app/secret-id", "{}", 200,
            """{"request_id": "", "lease_id": "", "renewable": false, "lease_duration": 0, "data": null, "wrap_info": {"token": "*", "accessor": "*", "ttl": 120, "creation_time": "*", "creation_path": "auth/approle/role/app/secret-id"}, "warnings": null, "auth": null}""",
            headers: ("X-Vault-Wrap-TTL", "120s"));
        var login = new JsonObject { ["role_id"] = role["data"]!["role_id"]!.DeepClone(), ["secret_id"] = made["data"]!["secret_id"]!.DeepClone() };
        await ExpectAsync(server, "POST", "/v1/auth/approle/login", login.ToJsonString(), 200,
            $$$"""{ {{{Envelope}}}, "data": null, "auth": { {{{Issued}}}, "policies": ["default", "ro"], "token_policies": ["default", "ro"], "metadata": {"host": "h1", "role_name": "app"}, "lease_duration": 1200}}""", token: null);
        await ExpectAsync(server, "POST", "/v1/auth/approle/login", login.ToJsonString(), 400, """{"errors": ["invalid secret id"]}""", token: null);
        login["role_id"] = "nope";
        await ExpectAsync(server, "POST", "/v1/auth/approle/login", login.ToJsonString(), 400, """{"errors": ["invalid role ID"]}""", token: null);

        var token = wrapped["wrap_info"]!["token"]!.GetValue<string>();
        await ExpectAsync(server, "POST", "/v1/sys/wrapping/lookup", $$"""{"token": "{{token}}"}""", 200,
            """{"data": {"creation_path": "auth/approle/role/app/secret-id", "creation_time": "*", "creation_ttl": 120}}""");
        await ExpectAsync(server, "POST", "/v1/sys/wrapping/unwrap", null, 200, """{"data": {"secret_id": "*", "secret_id_accessor": "*", "secret_id_ttl": 600}}""", token: token);
    }

    [Fact]
    public async Task UserPass()
    {
        await using var server = await RunningServer.StartAsync();
        await ExpectAsync(server, "POST", "/v1/sys/auth/userpass", """{"type": "userpass"}""", 204);
        await ExpectAsync(server, "POST", "/v1/auth/userpass/users/bob", """{"password": "pw", "token_policies": "ro"}""", 204);
        await ExpectAsync(server, "POST", "/v1/auth/userpass/login/bob", """{"password": "pw"}""", 200,
            $$$"""{ {{{Envelope}}}, "data": null, "auth": { {{{Issued}}}, "policies": ["default", "ro"], "token_policies": ["default", "ro"], "metadata": {"username": "bob"}, "lease_duration": 2764800}}""", token: null);
        await ExpectAsync(server, "POST", "/v1/auth/userpass/login/bob", """{"password": "no"}""", 400, """{"errors": ["invalid username or password"]}""", token: null);
        await ExpectAsync(server, "LIST", "/v1/auth/userpass/users", null, 200, """{"data": {"keys": ["bob"]}}""");
    }

    [Fact]
    public async Task Jwt()
    {
        using var key = RSA.Create(2048);
        await using var server = await RunningServer.StartAsync();
        await ExpectAsync(server, "POST", "/v1/sys/auth/jwt", """{"type": "jwt"}""", 204);
        var config = new JsonObject { ["jwt_validation_pubkeys"] = new JsonArray(key.ExportSubjectPublicKeyInfoPem()), ["bound_issuer"] = "https://token.actions.githubusercontent.com" };
        await ExpectAsync(server, "POST", "/v1/auth/jwt/config", config.ToJsonString(), 204);
        await ExpectAsync(server, "POST", "/v1/auth/jwt/role/ci",
            """{"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"], "bound_claims": {"repository": "o/r"}, "token_policies": ["ro"]}""", 200,
            $$$"""{ {{{Envelope}}}, "data": null, "auth": null}""");
        await ExpectAsync(server, "POST", "/v1/auth/jwt/login", Login(key), 200,
            $$$"""{ {{{Envelope}}}, "data": null, "auth": { {{{Issued}}}, "policies": ["default", "ro"], "token_policies": ["default", "ro"], "metadata": {"role": "ci"}, "lease_duration": 2764800}}""", token: null);
        await ExpectAsync(server, "POST", "/v1/auth/jwt/login", Login(key, audience: "other"), 400,
            """{"errors": ["error validating token: invalid audience (aud) claim: audience claim does not match any expected audience"]}""", token: null);
        await ExpectAsync(server, "POST", "/v1/auth/jwt/login", Login(key, repository: "o/x"), 400,
            """{"errors": ["error validating claims: claim \"repository\" does not match any associated bound claim values"]}""", token: null);
        await ExpectAsync(server, "POST", "/v1/auth/jwt/login", Login(key, endsIn: -3600), 400,
            """{"errors": ["error validating token: invalid expiration time (exp) claim: token is expired"]}""", token: null);
    }

    [Fact]
    public async Task Tokens()
    {
        await using var server = await RunningServer.StartAsync();
        var made = await ExpectAsync(server, "POST", "/v1/auth/token/create", """{"policies": ["ro"], "ttl": "1h", "num_uses": 0}""", 200,
            $$$"""{ {{{Envelope}}}, "data": null, "auth": {"client_token": "*", "accessor": "*", "policies": ["default", "ro"], "token_policies": ["default", "ro"], "metadata": null, "lease_duration": 3600, "renewable": true, "entity_id": "", "token_type": "service", "orphan": false}}""");
        var token = made["auth"]!["client_token"]!.GetValue<string>();
        await ExpectAsync(server, "GET", "/v1/auth/token/lookup-self", null, 200,
            """{"data": {"accessor": "*", "creation_time": "*", "creation_ttl": 3600, "display_name": "token", "entity_id": "", "expire_time": "*", "explicit_max_ttl": 0, "id": "*", "issue_time": "*", "meta": null, "num_uses": 0, "orphan": false, "path": "auth/token/create", "policies": ["default", "ro"], "renewable": true, "ttl": "*", "type": "service"}}""", token: token);
        await ExpectAsync(server, "POST", "/v1/auth/token/renew-self", """{"increment": "30m"}""", 200,
            """{"auth": {"client_token": "*", "accessor": "*", "policies": ["default", "ro"], "metadata": null, "lease_duration": 1800, "renewable": true, "orphan": false}}""", token: token);
        await ExpectAsync(server, "POST", "/v1/auth/token/revoke-self", "{}", 204, token: token);
        (await server.SendAsync("GET", "/v1/auth/token/lookup-self", token: token)).Status.ShouldBe(403);
    }

    private static async Task<JsonNode> ExpectAsync(
        RunningServer server, string method, string path, string? body, int status, string? expected = null, string? token = RunningServer.RootToken,
        params (string Name, string Value)[] headers)
    {
        var (actualStatus, answer) = await server.SendAsync(method, path, body, token, headers);
        actualStatus.ShouldBe(status, answer?.ToJsonString());
        if (expected is null) answer.ShouldBeNull();
        else Recorded.Match(JsonNode.Parse(expected), answer, path);
        return answer ?? new JsonObject();
    }

    private static string Login(RSA key, string audience = "vault", string repository = "o/r", long endsIn = 300)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = "https://token.actions.githubusercontent.com",
            ["aud"] = audience,
            ["sub"] = "repo:o/r:ref:refs/heads/main",
            ["repository"] = repository,
            ["iat"] = now - 7200,
            ["nbf"] = now - 7200,
            ["exp"] = now + endsIn,
        };
        var signed = $"{Base64Url.EncodeToString("""{"alg":"RS256"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new JsonObject { ["role"] = "ci", ["jwt"] = $"{signed}.{Base64Url.EncodeToString(signature)}" }.ToJsonString();
    }
}
