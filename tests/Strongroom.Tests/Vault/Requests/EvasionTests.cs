using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Requests;

/// <summary>Other spellings of a request ask for no less than the plain one.</summary>
public sealed class EvasionTests
{
    private const string NoSudo = """path "*" { capabilities = ["create", "read", "update", "delete", "list"] }""";

    [Theory]
    [InlineData("sys/seal/")]
    [InlineData("sys/rotate/")]
    [InlineData("sys/remount/")]
    [InlineData("sys/config/cors/")]
    [InlineData("auth/token/revoke-orphan/")]
    [InlineData("auth/approle/role/admin/")]
    [InlineData("identity/entity/name/admin/")]
    [InlineData("secret/data/app/")]
    public async Task Write_to_a_path_that_ends_in_a_slash_is_refused(string path)
    {
        await using var vault = await CreateAsync(NoSudo);
        var token = await vault.TokenAsync("p");
        foreach (var caller in new[] { token, VaultBench.RootToken })
        {
            var error = await Should.ThrowAsync<SecretException>(() => vault.WriteAsync(path, """{"token": "x"}""", caller));
            error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
            error.Reason.ShouldBe("cannot write to a path ending in '/'");
        }
        vault.Vault.IsSealed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(VaultOperation.Delete, "sys/config/cors")]
    [InlineData(VaultOperation.Delete, "auth/approle/role/admin")]
    [InlineData(VaultOperation.Read, "auth/approle/role/admin/role-id")]
    [InlineData(VaultOperation.Read, "identity/entity/name/admin")]
    [InlineData(VaultOperation.Delete, "sys/policies/acl/admin")]
    public async Task Slash_at_the_end_asks_for_what_the_plain_path_asks_for(VaultOperation operation, string path)
    {
        await using var vault = await CreateAsync($$"""{{NoSudo}} path "{{path}}" { capabilities = ["deny"] }""");
        await vault.WriteAsync("identity/entity", """{"name": "admin"}""");
        var token = await vault.TokenAsync("p");
        foreach (var spelling in new[] { path, path + "/" })
            (await Should.ThrowAsync<SecretException>(() => vault.SendAsync(operation, spelling, null, token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Slash_at_the_end_does_not_take_away_the_need_for_sudo()
    {
        await using var vault = await CreateAsync(NoSudo);
        var token = await vault.TokenAsync("p");
        (await Should.ThrowAsync<SecretException>(() => vault.DeleteAsync("sys/config/cors/", token))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await vault.ReadAsync("sys/internal/ui/mounts/secret/", token))["type"]!.GetValue<string>().ShouldBe("kv");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"display_name": "x"}""")]
    public async Task Query_of_a_write_says_nothing(string? body)
    {
        await using var vault = await CreateAsync("""path "auth/token/create" { capabilities = ["update", "sudo"] denied_parameters = { "policies" = ["admin"] } }""");
        var token = await vault.TokenAsync("p");
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/token/create", """{"policies": "admin"}""", token));
        var made = await vault.SendAsync(VaultOperation.Update, "auth/token/create", body, token, query: new Dictionary<string, string> { ["policies"] = "admin" });
        made.Auth!.Policies.ShouldNotContain("admin");
    }

    [Fact]
    public async Task Query_of_a_read_is_held_against_the_rules_of_parameters()
    {
        await using var vault = await CreateAsync("""path "secret/data/app" { capabilities = ["read"] denied_parameters = { "version" = [] } }""");
        await vault.WriteAsync("secret/data/app", """{"data": {"a": 1}}""");
        var token = await vault.TokenAsync("p");
        await vault.ReadAsync("secret/data/app", token);
        var query = new Dictionary<string, string> { ["Version"] = "1" };
        (await Should.ThrowAsync<SecretException>(() => vault.SendAsync(VaultOperation.Read, "secret/data/app", null, token, query: query))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    /// <summary>The sign of Kelvin is a letter K whose small letter is the usual one, but which no comparison takes for it.</summary>
    [Fact]
    public async Task Letters_that_are_small_like_others_do_not_get_around_a_deny()
    {
        await using var vault = await CreateAsync(
            """
            path "sys/policies/acl/*" { capabilities = ["update"] }
            path "sys/policies/acl/kube" { capabilities = ["deny"] }
            path "identity/entity/name/*" { capabilities = ["read"] }
            path "identity/entity/name/kate" { capabilities = ["deny"] }
            """);
        await vault.WriteAsync("sys/policies/acl/kube", new JsonObject { ["policy"] = "path \"a\" { capabilities = [\"read\"] }" }.ToJsonString());
        await vault.WriteAsync("identity/entity", """{"name": "kate"}""");
        var token = await vault.TokenAsync("p");
        await vault.WriteAsync("sys/policies/acl/\u212Aube", new JsonObject { ["policy"] = "path \"b\" { capabilities = [\"read\"] }" }.ToJsonString(), token);
        (await vault.ReadAsync("sys/policies/acl/kube"))["policy"]!.GetValue<string>().ShouldContain("\"a\"");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("identity/entity/name/\u212Aate", token))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    /// <summary>Policies written for Vault speak of data/ alone: ways to the same values that Vault has not must not lead around them.</summary>
    [Theory]
    [InlineData(VaultOperation.Read, "fields")]
    [InlineData(VaultOperation.Update, "fields")]
    [InlineData(VaultOperation.Delete, "fields")]
    [InlineData(VaultOperation.Update, "append")]
    public async Task Other_ways_to_a_secret_ask_for_the_right_to_its_data(VaultOperation operation, string endpoint)
    {
        await using var vault = await CreateAsync(
            """
            path "secret/*" { capabilities = ["create", "read", "update", "delete"] }
            path "secret/data/prod/*" { capabilities = ["deny"] }
            """);
        foreach (var path in new[] { "prod/db", "test/db" }) await vault.WriteAsync("secret/data/" + path, """{"data": {"password": "x", "more": []}}""");
        var token = await vault.TokenAsync("p");
        var body = operation == VaultOperation.Delete ? """{"field": "more"}""" : endpoint == "append" ? """{"data": {"more": 1}}""" : """{"data": {"password": "y"}}""";
        Task<VaultBench.Answer> AskAsync(string path) => vault.SendAsync(operation, $"secret/{endpoint}/{path}", operation == VaultOperation.Read ? null : body, token);
        await AskAsync("test/db");
        (await Should.ThrowAsync<SecretException>(() => AskAsync("prod/db"))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    private static async Task<VaultBench> CreateAsync(string policy)
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle"}""");
        await vault.WriteAsync("auth/approle/role/admin", """{"token_policies": "default"}""");
        await vault.WriteAsync("sys/policies/acl/p", new JsonObject { ["policy"] = policy }.ToJsonString());
        return vault;
    }
}
