using System.Text;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Advisories;

/// <summary>Faults that Vault and OpenBao have had, one test each, named after the advisory.</summary>
public sealed class CoreAdvisoryTests
{
    [Fact]
    public async Task CVE_2021_32923_renewal_near_the_maximum_does_not_make_a_token_endless()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = (await vault.WriteAsync("auth/token/create", """{"ttl": "1h", "explicit_max_ttl": "1h", "policies": ["default"]}""")).Token;
        vault.Time.Advance(TimeSpan.FromSeconds(3599));
        (await vault.WriteAsync("auth/token/renew-self", """{"increment": "1h"}""", token)).Auth!.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(1));
        vault.Time.Advance(TimeSpan.FromSeconds(1));
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Theory]
    [InlineData("""{"data": {"password": "canary-secret" """)]
    [InlineData("""{"data": "canary-secret"}""")]
    [InlineData("""{"data": {"a": 1}, "options": {"cas": "canary-secret"}}""")]
    public async Task CVE_2025_4166_malformed_body_is_shown_neither_in_the_error_nor_in_the_audit_log(string body)
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("secret/data/app", """{"data": {"a": "b"}}""");
        foreach (var operation in new[] { VaultOperation.Update, VaultOperation.Patch })
        {
            var error = await Should.ThrowAsync<SecretException>(() => vault.SendAsync(operation, "secret/data/app", body, VaultBench.RootToken));
            error.ToString().ShouldNotContain("canary");
        }
        (await File.ReadAllTextAsync(vault.AuditPath)).ShouldNotContain("canary");
    }

    [Fact]
    public async Task CVE_2025_6203_deeply_nested_or_repeating_json_is_refused()
    {
        await using var vault = await VaultBench.CreateAsync();
        var deep = new StringBuilder().Insert(0, "{\"a\":", 5_000).Append('1').Append('}', 5_000).ToString();
        foreach (var path in new[] { "secret/data/app", "auth/token/create", "sys/policies/acl/p", "cubbyhole/x", "sys/mounts/x" })
            (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync(path, $$"""{"data": {{deep}}}"""))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/token/create", """{"ttl": "1h", "ttl": "9999h"}"""))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task CVE_2025_6203_json_of_very_many_members_is_refused_before_it_is_taken_apart()
    {
        await using var vault = await VaultBench.CreateAsync();
        var many = "{\"policies\": [" + string.Join(',', Enumerable.Repeat('1', StrictJson.TokensMax)) + "]}";
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/token/create", many))).Reason.ShouldBe("error parsing JSON");
    }

    [Fact]
    public async Task Child_does_not_outlive_its_parent_that_expired()
    {
        await using var vault = await VaultBench.CreateAsync();
        var parent = (await vault.WriteAsync("auth/token/create", """{"ttl": "10m", "policies": ["root"]}""")).Token;
        var child = (await vault.WriteAsync("auth/token/create", """{"ttl": "5h", "policies": ["default"]}""", parent)).Token;
        vault.Time.Advance(TimeSpan.FromMinutes(40));
        await vault.WriteAsync("sys/leases/tidy");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", child))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task HCSEC_2025_list_is_denied_where_a_closer_rule_denies()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("secret/data/team/private/x", """{"data": {}}""");
        await vault.WriteAsync("sys/policies/acl/p", """{"policy": "path \"secret/metadata/*\" { capabilities = [\"list\"] }\npath \"secret/metadata/team/private\" { capabilities = [\"deny\"] }"}""");
        var token = await vault.TokenAsync("p");
        await vault.ListAsync("secret/metadata/team", token);
        (await Should.ThrowAsync<SecretException>(() => vault.ListAsync("secret/metadata/team/private", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Theory]
    [InlineData("Secret/data/app")]
    [InlineData("secret/Data/app")]
    [InlineData("secret/data/app/")]
    [InlineData("/secret/data/app")]
    [InlineData("secret//data/app")]
    [InlineData("secret/data/x/../app")]
    [InlineData("secret/data/./app")]
    public async Task Path_tricks_reach_nothing_that_the_plain_path_is_denied(string path)
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("secret/data/app", """{"data": {"a": "canary"}}""");
        await vault.WriteAsync("sys/policies/acl/p", """{"policy": "path \"*\" { capabilities = [\"read\"] }\npath \"secret/data/app\" { capabilities = [\"deny\"] }"}""");
        var token = await vault.TokenAsync("p");
        var error = await Should.ThrowAsync<SecretException>(() => vault.ReadAsync(path, token));
        error.Message.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Root_policy_is_given_to_nobody_by_another_spelling()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/policies/acl/maker", """{"policy": "path \"auth/token/create\" { capabilities = [\"update\", \"sudo\"] }"}""");
        var token = await vault.TokenAsync("maker");
        foreach (var name in new[] { "root", "ROOT", " root", "Root " })
            await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/token/create", $$"""{"policies": ["{{name}}"]}""", token));
    }
}
