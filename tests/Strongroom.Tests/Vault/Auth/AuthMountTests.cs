using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

/// <summary>What holds for every way to log in.</summary>
public sealed class AuthMountTests
{
    private static readonly Dictionary<string, string[]> Paths = new(StringComparer.Ordinal)
    {
        ["approle"] =
        [
            "role", "role/x", "role/x/role-id", "role/x/secret-id", "role/x/custom-secret-id", "role/x/secret-id/lookup", "role/x/secret-id/destroy",
            "role/x/secret-id-accessor/lookup", "role/x/secret-id-accessor/destroy", "role/x/policies", "role/x/token-ttl", "tidy/secret-id", "login/x", "role/login",
        ],
        ["cert"] = ["certs", "certs/x", "crls", "crls/x", "certs/login", "login/x"],
        ["jwt"] = ["config", "role", "role/x", "role/login", "login/x"],
        ["kubernetes"] = ["config", "role", "role/x", "role/login", "login/x"],
        ["oidc"] = ["config", "role", "role/x", "role/login", "login/x", "oidc", "oidc/callback/x", "oidc/auth_url/x"],
        ["userpass"] = ["users", "users/x", "users/x/password", "users/x/policies", "users/login", "login", "login/x/y"],
    };

    public static TheoryData<string> Types => [.. EngineCatalog.AuthTypes];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Nothing_but_a_login_is_open_and_nothing_is_allowed_without_its_right(string type)
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/" + type, $$"""{"type": "{{type}}"}""");
        var token = await vault.TokenAsync("default");
        var login = type == "userpass" ? "login/x" : "login";
        foreach (var operation in new[] { VaultOperation.Read, VaultOperation.List, VaultOperation.Update, VaultOperation.Patch, VaultOperation.Delete })
        {
            foreach (var path in Paths[type].Append(login))
            {
                if (path == login && operation == VaultOperation.Update) continue;
                foreach (var bearer in new[] { null, token })
                {
                    var error = await Should.ThrowAsync<SecretException>(() => vault.SendAsync(operation, $"auth/{type}/{path}", "{}", bearer), $"{operation} {path}");
                    error.Kind.ShouldBe(SecretErrorKind.Denied, $"{operation} {path}");
                }
            }
        }
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync($"auth/{type}/{login}", "{}", token: null))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Unknown_paths_and_operations_are_told_apart(string type)
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/" + type, $$"""{"type": "{{type}}"}""");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync($"auth/{type}/nothing/of/the/kind"))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await Should.ThrowAsync<SecretException>(() => vault.DeleteAsync($"auth/{type}/{(type == "userpass" ? "login/x" : "login")}"))).Kind.ShouldBe(SecretErrorKind.Unsupported);
        (await Should.ThrowAsync<SecretException>(() => vault.ListAsync($"auth/{type}/{(type == "userpass" ? "users" : type == "cert" ? "certs" : "role")}"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Disabling_a_method_ends_the_tokens_that_it_gave_and_no_others()
    {
        await using var vault = await VaultBench.CreateAsync();
        foreach (var path in new[] { "a", "ab" })
        {
            await vault.WriteAsync("sys/auth/" + path, """{"type": "approle"}""");
            await vault.WriteAsync($"auth/{path}/role/app", """{"role_id": "r", "bind_secret_id": false, "token_bound_cidrs": "127.0.0.1"}""");
        }
        var ended = (await vault.WriteAsync("auth/a/login", """{"role_id": "r"}""", token: null)).Token;
        var kept = (await vault.WriteAsync("auth/ab/login", """{"role_id": "r"}""", token: null)).Token;
        await vault.DeleteAsync("sys/auth/a");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", ended))).Kind.ShouldBe(SecretErrorKind.Denied);
        await vault.ReadAsync("auth/token/lookup-self", kept);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*c", "abc", true)]
    [InlineData("a*c", "ac", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("*a*b*", "xaxbx", true)]
    [InlineData("*a*b*", "xbxax", false)]
    [InlineData("*ab*ab", "ab", false)]
    [InlineData("a", "A", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("", "a", false)]
    public void Glob_matches_whole_texts(string pattern, string text, bool matches) => Strongroom.Vault.Auth.Glob.Matches(pattern, text).ShouldBe(matches);
}
