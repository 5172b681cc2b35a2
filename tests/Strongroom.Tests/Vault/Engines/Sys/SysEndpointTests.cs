using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Engines.Sys;

/// <summary>The endpoints below <c>sys/</c> that are tools and settings.</summary>
public sealed class SysEndpointTests : IAsyncLifetime
{
    private VaultBench _vault = null!;

    public async ValueTask InitializeAsync() => _vault = await VaultBench.CreateAsync();

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task Random_gives_as_many_bytes_as_asked()
    {
        Convert.FromBase64String(Text(await _vault.WriteAsync("sys/tools/random"), "random_bytes")).Length.ShouldBe(32);
        Text(await _vault.WriteAsync("sys/tools/random/16", """{"format": "hex"}"""), "random_bytes").Length.ShouldBe(32);
        Convert.FromBase64String(Text(await _vault.WriteAsync("sys/tools/random/all/5"), "random_bytes")).Length.ShouldBe(5);
        (await RefusedAsync("sys/tools/random", """{"bytes": 0}""")).ShouldBe("\"bytes\" cannot be less than 1");
        (await RefusedAsync("sys/tools/random", """{"format": "x"}""")).ShouldBe("unsupported encoding format \"x\"; must be \"hex\" or \"base64\"");
    }

    [Fact]
    public async Task Hash_is_that_of_the_bytes()
    {
        Text(await _vault.WriteAsync("sys/tools/hash", """{"input": "dGhlIHF1aWNrIGJyb3duIGZveA=="}"""), "sum")
            .ShouldBe("9ecb36561341d18eb65484e833efea61edc74b84cf5e6ae1b81c63533e25fc8f");
        Text(await _vault.WriteAsync("sys/tools/hash/sha2-512", """{"input": "", "format": "base64"}"""), "sum").ShouldStartWith("z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8");
        (await RefusedAsync("sys/tools/hash/md5", """{"input": ""}""")).ShouldBe("unsupported algorithm md5");
    }

    [Fact]
    public async Task Names_that_an_endpoint_does_not_know_are_told()
    {
        (await _vault.WriteAsync("sys/tools/hash/sha2-256", """{"input": "", "algorithm": "x", "zeal": 1, "format": "hex", "haste": {"input": 1}}""")).Warnings
            .ShouldBe(["Endpoint ignored these unrecognized parameters: [haste zeal]"]);
        (await _vault.WriteAsync("auth/token/create", """{"policies": [], "polices": ["admin"], "ttl": "1h", "lease": "1h", "renewable": false}""")).Warnings
            .ShouldBe(["Endpoint ignored these unrecognized parameters: [polices]"]);
        (await _vault.WriteAsync("secret/data/app", """{"data": {}, "more": 1}""")).Warnings.ShouldBeEmpty();
        (await _vault.WriteAsync("sys/auth/userpass", """{"type": "userpass", "other": 1}""")).Warnings.ShouldBeEmpty();
        await _vault.WriteAsync("auth/userpass/users/u", """{"password": "long enough"}""");
        (await _vault.WriteAsync("auth/userpass/login/u", """{"password": "long enough", "user": "x"}""", token: null)).Warnings
            .ShouldBe(["Endpoint ignored these unrecognized parameters: [user]"]);
    }

    [Fact]
    public async Task Remount_keeps_what_is_stored()
    {
        await _vault.WriteAsync("secret/data/app", """{"data": {"key": "kept"}}""");

        var id = Text(await _vault.WriteAsync("sys/remount", """{"from": "secret", "to": "team/secrets"}"""), "migration_id");

        (await _vault.ReadAsync("team/secrets/data/app"))["data"]!["key"]!.GetValue<string>().ShouldBe("kept");
        (await Should.ThrowAsync<SecretException>(() => _vault.ReadAsync("secret/data/app"))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await _vault.ReadAsync("sys/remount/status/" + id))["migration_info"]!["status"]!.GetValue<string>().ShouldBe("success");
        (await RefusedAsync("sys/remount", """{"from": "secret", "to": "x"}""")).ShouldBe("no matching mount at \"secret/\"");
        (await RefusedAsync("sys/remount", """{"from": "team/secrets", "to": "sys/x"}""")).ShouldBe("existing mount at sys/");
        (await RefusedAsync("sys/remount", """{"from": "sys", "to": "x"}""")).ShouldBe("cannot remount \"sys/\"");
    }

    [Fact]
    public async Task Password_policy_makes_passwords_that_fit_it()
    {
        const string policy = """{"policy": "length = 12\nrule \"charset\" { charset = \"ab\" min-chars = 3 }\nrule \"charset\" { charset = \"0123\" min-chars = 4 }"}""";
        await _vault.WriteAsync("sys/policies/password/short", policy);

        for (var i = 0; i < 50; i++)
        {
            var password = Text(await _vault.ReadAsync("sys/policies/password/short/generate"), "password");
            password.Length.ShouldBe(12);
            password.Count(c => c is 'a' or 'b').ShouldBeGreaterThanOrEqualTo(3);
            password.Count(c => c is >= '0' and <= '3').ShouldBeGreaterThanOrEqualTo(4);
        }

        (await _vault.ListAsync("sys/policies/password"))["keys"]!.ToJsonString().ShouldBe("""["short"]""");
        Text(await _vault.ReadAsync("sys/policies/password/short"), "policy").ShouldStartWith("length = 12");
        await _vault.DeleteAsync("sys/policies/password/short");
        (await Should.ThrowAsync<SecretException>(() => _vault.ReadAsync("sys/policies/password/short"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Theory]
    [InlineData("length = 3 rule \"charset\" { charset = \"a\" }", "invalid password policy: ")]
    [InlineData("length = 10", "invalid password policy: a policy has 1 to 32 rules")]
    [InlineData("length = 10\nrule \"charset\" { charset = \"a\" min-chars = 11 }", "invalid password policy: the rules ask for 11 characters and the length is 10")]
    [InlineData("length = 10\nrule \"words\" { charset = \"a\" }", "invalid password policy: line 2: there is no rule \"words\"; there is: charset")]
    public async Task Password_policy_that_cannot_work_is_refused(string policy, string reason) =>
        (await RefusedAsync("sys/policies/password/x", new JsonObject { ["policy"] = policy }.ToJsonString())).ShouldStartWith(reason);

    [Fact]
    public async Task Rate_limit_refuses_what_is_too_much_until_the_interval_ends()
    {
        await _vault.WriteAsync("sys/quotas/rate-limit/q1", """{"path": "secret/", "rate": 2, "interval": "60s"}""");
        for (var i = 0; i < 2; i++) await _vault.WriteAsync("secret/data/app", """{"data": {}}""");

        (await StatusAsync("secret/data/app")).ShouldBe(429);
        (await StatusAsync("sys/mounts")).ShouldBe(0);
        _vault.Address = System.Net.IPAddress.Parse("10.0.0.1");
        (await StatusAsync("secret/data/app")).ShouldBe(0);
        _vault.Address = System.Net.IPAddress.Loopback;
        _vault.Time.Advance(TimeSpan.FromSeconds(60));
        (await StatusAsync("secret/data/app")).ShouldBe(0);
    }

    [Fact]
    public async Task Refused_request_is_recorded_where_the_settings_say_so()
    {
        await _vault.WriteAsync("sys/quotas/rate-limit/q", """{"path": "secret/", "rate": 1, "interval": "60s"}""");
        await StatusAsync("secret/data/app");
        (await StatusAsync("secret/data/quiet")).ShouldBe(429);
        await _vault.WriteAsync("sys/quotas/config", """{"enable_rate_limit_audit_logging": true}""");
        (await StatusAsync("secret/data/told")).ShouldBe(429);
        await _vault.Vault.SealAsync(CancellationToken.None);

        var log = await File.ReadAllTextAsync(_vault.AuditPath);
        log.ShouldContain("\"path\":\"secret/data/told\",\"outcome\":\"throttled\"");
        log.ShouldNotContain("secret/data/quiet");
    }

    [Fact]
    public async Task Closest_rate_limit_counts()
    {
        await _vault.WriteAsync("sys/quotas/rate-limit/all", """{"rate": 1000}""");
        await _vault.WriteAsync("sys/quotas/rate-limit/one", """{"path": "secret/data/app", "rate": 1, "interval": "1m", "block_interval": "5m"}""");

        (await StatusAsync("secret/data/app")).ShouldBe(0);
        (await StatusAsync("secret/data/app")).ShouldBe(429);
        (await StatusAsync("secret/data/other")).ShouldBe(0);
        _vault.Time.Advance(TimeSpan.FromMinutes(4));
        (await StatusAsync("secret/data/app")).ShouldBe(429);
        _vault.Time.Advance(TimeSpan.FromMinutes(1));
        (await StatusAsync("secret/data/app")).ShouldBe(0);
        (await _vault.ReadAsync("sys/quotas/rate-limit/one")).Data!.ToJsonString()
            .ShouldBe("""{"block_interval":300,"inheritable":false,"interval":60,"name":"one","path":"secret/data/app","rate":1,"role":"","type":"rate-limit"}""");
    }

    [Fact]
    public async Task Rate_limits_are_there_again_after_unsealing()
    {
        await _vault.WriteAsync("sys/quotas/rate-limit/q", """{"path": "secret/", "rate": 1}""");
        await _vault.WriteAsync("sys/quotas/config", """{"enable_rate_limit_response_headers": true}""");

        await _vault.ReopenAsync();

        (await _vault.ListAsync("sys/quotas/rate-limit"))["keys"]!.ToJsonString().ShouldBe("""["q"]""");
        (await _vault.ReadAsync("sys/quotas/config"))["enable_rate_limit_response_headers"]!.GetValue<bool>().ShouldBeTrue();
        await _vault.DeleteAsync("sys/quotas/rate-limit/q");
        (await Should.ThrowAsync<SecretException>(() => _vault.ListAsync("sys/quotas/rate-limit"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Policy_tools_answer()
    {
        await _vault.WriteAsync("sys/policies/acl/app", """{"policy": "path \"secret/app\" { capabilities = [\"read\"] }"}""");

        var findings = (await _vault.ReadAsync("sys/policies/lint"))["findings"]!.AsArray();
        findings.ShouldContain(finding => finding!["code"]!.GetValue<string>() == "kv2-path" && finding["policy"]!.GetValue<string>() == "app");
        var explained = await _vault.WriteAsync("sys/policies/explain", """{"path": "secret/app", "operation": "update", "policies": ["app"]}""");
        explained["allowed"]!.GetValue<bool>().ShouldBeFalse();
        explained["rule"]!["path"]!.GetValue<string>().ShouldBe("secret/app");
        (await _vault.WriteAsync("sys/policies/explain", """{"path": "secret/app"}"""))["allowed"]!.GetValue<bool>().ShouldBeTrue();
        var preset = (await _vault.ListAsync("sys/policies/presets"))["keys"]![0]!.GetValue<string>();
        Text(await _vault.ReadAsync("sys/policies/presets/" + preset), "policy").ShouldContain("secret/data/*");
    }

    [Fact]
    public async Task Resultant_acl_tells_what_the_caller_may_do()
    {
        (await _vault.ReadAsync("sys/internal/ui/resultant-acl"))["root"]!.GetValue<bool>().ShouldBeTrue();
        await _vault.WriteAsync("sys/policies/acl/app", """{"policy": "path \"secret/data/app/*\" { capabilities = [\"read\"] }\npath \"sys/internal/ui/resultant-acl\" { capabilities = [\"read\"] }"}""");
        var token = await _vault.TokenAsync("app");

        var acl = await _vault.ReadAsync("sys/internal/ui/resultant-acl", token);

        acl["root"]!.GetValue<bool>().ShouldBeFalse();
        acl["glob_paths"]!["secret/data/app/"]!["capabilities"]!.ToJsonString().ShouldBe("""["read"]""");
        acl["exact_paths"]!["sys/internal/ui/resultant-acl"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Catalog_and_counters_answer()
    {
        (await _vault.ReadAsync("sys/plugins/catalog"))["secret"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldContain("kv");
        (await _vault.ReadAsync("sys/plugins/catalog/secret/kv"))["builtin"]!.GetValue<bool>().ShouldBeTrue();
        (await _vault.ListAsync("sys/version-history"))["keys"]![0]!.GetValue<string>().ShouldNotBeEmpty();
        (await _vault.ReadAsync("sys/internal/counters/tokens"))["counters"]!["service_tokens"]!["total"]!.GetValue<int>().ShouldBe(1);
        (await _vault.ReadAsync("sys/internal/counters/entities"))["counters"]!["entities"]!["total"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task Search_finds_names_keys_and_metadata_of_what_the_caller_may_see()
    {
        await _vault.WriteAsync("secret/data/app/db", """{"data": {"PASSWORD": "canary"}}""");
        await _vault.WriteAsync("secret/metadata/app/db", """{"custom_metadata": {"owner": "team-red"}}""");
        await _vault.WriteAsync("secret/data/app/web", """{"data": {"URL": "x"}}""");
        await _vault.WriteAsync("secret/data/hidden/db", """{"data": {"PASSWORD": "y"}}""");
        await _vault.WriteAsync("sys/policies/acl/app", """{"policy": "path \"secret/metadata/app/*\" { capabilities = [\"list\"] }\npath \"secret/metadata/\" { capabilities = [\"list\"] }\npath \"secret/data/app/web\" { capabilities = [\"read\"] }\npath \"sys/search\" { capabilities = [\"update\"] }"}""");
        var token = await _vault.TokenAsync("app");

        (await FoundAsync("""{"query": "db"}""")).ShouldBe(["app/db: name", "hidden/db: name"]);
        (await FoundAsync("""{"query": "password"}""")).ShouldBe(["app/db: key:PASSWORD", "hidden/db: key:PASSWORD"]);
        (await FoundAsync("""{"query": "RED"}""")).ShouldBe(["app/db: metadata:owner"]);
        (await FoundAsync("""{"query": "canary"}""")).ShouldBeEmpty();
        (await FoundAsync("""{"query": "", "in": "name", "prefix": "app"}""")).ShouldBe(["app/db: name", "app/web: name"]);
        (await FoundAsync("""{"query": "", "in": "name"}""", token)).ShouldBe(["app/db: name", "app/web: name"]);
        (await FoundAsync("""{"query": "", "in": "key"}""", token)).ShouldBe(["app/web: key:URL"]);
        (await FoundAsync("""{"query": "red"}""", token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_gives_every_result_once_page_by_page()
    {
        string[] names = ["a", "a-b", "a/b", "a/b/c", "b", "z/y"];
        foreach (var name in names) await _vault.WriteAsync("secret/data/" + name, """{"data": {}}""");

        var found = new List<string>();
        for (var after = ""; after is not null;)
        {
            var page = await _vault.WriteAsync("sys/search", new JsonObject { ["query"] = "", ["in"] = "name", ["limit"] = 2, ["after"] = after }.ToJsonString());
            found.AddRange(page["results"]!.AsArray().Select(result => result!["path"]!.GetValue<string>()));
            after = page["next"]?.GetValue<string>();
        }

        found.Order(StringComparer.Ordinal).ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Metrics_count_requests()
    {
        await _vault.WriteAsync("secret/data/app", """{"data": {}}""");
        await _vault.ReadAsync("secret/data/app");

        var samples = (await _vault.ReadAsync("sys/metrics"))["Samples"]!.AsArray();

        samples.Single(sample => sample!["Labels"]!["operation"]!.GetValue<string>() == "read" && sample["Labels"]!["mount_type"]!.GetValue<string>() == "kv")!["Count"]!.GetValue<int>().ShouldBe(1);
    }

    private async Task<string[]> FoundAsync(string body, string token = VaultBench.RootToken) =>
        [.. (await _vault.WriteAsync("sys/search", body, token))["results"]!.AsArray().Select(result => $"{result!["path"]}: {string.Join(", ", result["matched"]!.AsArray().Select(m => m!.GetValue<string>()))}")];

    private static string Text(VaultBench.Answer answer, string member) => answer[member]!.GetValue<string>();

    private async Task<string> RefusedAsync(string path, string body)
    {
        var error = await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync(path, body));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }

    /// <summary>The HTTP status that a read is answered with; 0 is the usual one.</summary>
    private async Task<int> StatusAsync(string path)
    {
        try
        {
            return (await _vault.SendAsync(VaultOperation.Read, path, null, VaultBench.RootToken)).StatusCode;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            return 0;
        }
    }
}
