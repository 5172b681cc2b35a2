using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Hcp;

public sealed class HcpFacadeTests : IAsyncLifetime
{
    private const string Apps = "/secrets/2023-11-28/organizations/org-1/projects/proj-1/apps";
    private const string App = Apps + "/web-app";

    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Secret_is_the_one_of_the_kv_engine_both_ways()
    {
        await PutAsync("KEY", "one");
        (await _server.SendAsync("GET", "/v1/secret/data/hcp/org-1/proj-1/web-app/KEY")).Body!["data"]!["data"]!.ToJsonString().ShouldBe("""{"value":"one"}""");
        await _server.SendAsync("POST", "/v1/secret/data/hcp/org-1/proj-1/web-app/db-login", """{"data":{"user":"ann","password":"pä\"ss"}}""");

        var opened = (await GetAsync("/secrets/db-login:open"))["secret"]!;

        JsonNode.Parse((string)opened["static_version"]!["value"]!)!.ToJsonString().ShouldBe(new JsonObject { ["user"] = "ann", ["password"] = "pä\"ss" }.ToJsonString());
        ((int)opened["latest_version"]!, (string)opened["type"]!).ShouldBe((1, "kv"));
    }

    [Fact]
    public async Task Client_credentials_are_those_of_an_approle_in_the_form_or_as_basic()
    {
        var (id, secret) = await AppRoleAsync("""path \"secret/data/hcp/org-1/proj-1/web-app/*\" { capabilities = [\"read\"] }""");
        await PutAsync("KEY", "one");

        foreach (var basic in (bool[])[false, true])
        {
            var (status, body) = await LoginAsync(id, secret, basic);
            (status, (string?)body!["token_type"], (long)body["expires_in"]!).ShouldBe((200, "Bearer", 1800));
            var (read, opened) = await BearerAsync("GET", App + "/secrets/KEY:open", (string)body["access_token"]!);
            (read, (string?)opened!["secret"]!["static_version"]!["value"]).ShouldBe((200, "one"));
        }
        (await LoginAsync(id, "wrong", basic: false)).Status.ShouldBe(401);
        (await LoginAsync(id, "wrong", basic: true)).Body!["error"]!.GetValue<string>().ShouldBe("invalid_client");
        (await LoginAsync("", "", basic: false)).Status.ShouldBe(401);
        (await FormAsync("grant_type=password&client_id=x&client_secret=y")).Body!["error"]!.GetValue<string>().ShouldBe("unsupported_grant_type");
        (await FormAsync("")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Policies_decide_and_the_audit_log_has_each_request_without_the_value()
    {
        var file = Path.Combine(Path.GetTempPath(), $"strongroom-hcp-{Guid.NewGuid():N}.log");
        try
        {
            (await _server.SendAsync("POST", "/v1/sys/audit/file", new JsonObject { ["type"] = "file", ["options"] = new JsonObject { ["file_path"] = file } }.ToJsonString())).Status.ShouldBe(204);
            var (id, secret) = await AppRoleAsync("""path \"secret/data/hcp/org-1/proj-1/web-app/MINE\" { capabilities = [\"read\"] }""");
            await PutAsync("MINE", "canary-value-1");
            await PutAsync("OTHER", "canary-value-2");
            var token = (string)(await LoginAsync(id, secret, basic: false)).Body!["access_token"]!;

            (await BearerAsync("GET", App + "/secrets/MINE:open", token)).Status.ShouldBe(200);
            foreach (var (method, path) in ((string, string)[])[("GET", "/secrets/OTHER:open"), ("GET", "/secrets:open"), ("GET", "/secrets"), ("DELETE", "/secrets/MINE"), ("GET", "")])
            {
                var (status, body) = await BearerAsync(method, App + path, token);
                (status, (int)body!["code"]!).ShouldBe((403, 7), path);
            }
            (await BearerAsync("POST", App + "/secret/kv", token, """{"name":"MINE","value":"x"}""")).Status.ShouldBe(403);

            var log = await File.ReadAllTextAsync(file);
            log.ShouldContain("secret/data/hcp/org-1/proj-1/web-app/MINE");
            log.ShouldContain("secret/data/hcp/org-1/proj-1/web-app/OTHER");
            log.ShouldContain("auth/approle/login");
            log.ShouldNotContain("canary-value");
            log.ShouldNotContain(secret);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("GET", App + "/secrets/NONE:open", 404, 5)]
    [InlineData("GET", App + "/secrets/NONE", 404, 5)]
    [InlineData("GET", App + "/secrets/KEY/versions/9:open", 404, 5)]
    [InlineData("GET", App + "/secrets/KEY/versions/x:open", 400, 3)]
    [InlineData("DELETE", App + "/secrets/NONE", 404, 5)]
    [InlineData("GET", Apps + "/no-such-app", 403, 7)]
    [InlineData("DELETE", App, 400, 3)]
    [InlineData("GET", "/secrets/2023-06-13/organizations/org-1/projects/proj-1/apps/web-app", 404, 5)]
    [InlineData("GET", "/secrets/x", 404, 5)]
    [InlineData("POST", App + "/secrets/rotating", 501, 12)]
    [InlineData("POST", App + "/secrets/KEY:rotate", 501, 12)]
    [InlineData("GET", App + "/syncs", 501, 12)]
    [InlineData("DELETE", Apps + "/none:purge", 403, 7)]
    [InlineData("PATCH", Apps + "/none", 403, 7)]
    [InlineData("POST", App + "/secret/kv:batch", 400, 3)]
    [InlineData("GET", App + "/secrets/%2e%2e:open", 400, 3)]
    [InlineData("GET", App + "/secrets/a%2Fb:open", 400, 3)]
    [InlineData("GET", App + "/secrets//:open", 400, 3)]
    [InlineData("GET", App + "/secrets?pagination.page_size=many", 400, 3)]
    [InlineData("GET", App + "/secrets?pagination.next_page_token=!", 400, 3)]
    [InlineData("GET", App + "/secrets?pagination.next_page_token=YQ&pagination.previous_page_token=YQ", 400, 3)]
    public async Task Failures_have_the_form_of_this_api(string method, string path, int status, int code)
    {
        await PutAsync("KEY", "one");

        var (answered, body) = await BearerAsync(method, path, RunningServer.RootToken, method is "POST" or "PATCH" ? "{}" : null);

        (answered, (int)body!["code"]!).ShouldBe((status, code), body.ToJsonString());
        body["details"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"name":"1A","value":"x"}""")]
    [InlineData("""{"name":"A-B","value":"x"}""")]
    [InlineData("""{"name":"A/B","value":"x"}""")]
    [InlineData("""{"name":"KEY"}""")]
    [InlineData("""{"name":"KEY","value":7}""")]
    [InlineData("""["KEY"]""")]
    [InlineData("{")]
    [InlineData("")]
    public async Task Writes_that_cannot_be_are_refused(string json)
    {
        var (status, body) = await BearerAsync("POST", App + "/secret/kv", RunningServer.RootToken, json);

        (status, (int)body!["code"]!).ShouldBe((400, 3));
    }

    [Fact]
    public async Task Token_that_is_none_is_unauthenticated_and_without_token_too()
    {
        (await BearerAsync("GET", App + "/secrets", "hvs.none")).Body!["code"]!.GetValue<int>().ShouldBe(16);
        var (status, body) = await _server.SendAsync("GET", App + "/secrets", token: null);
        (status, (int)body!["code"]!).ShouldBe((401, 16));
    }

    [Fact]
    public async Task Pages_go_forth_and_back_and_hide_what_is_deleted()
    {
        for (var i = 0; i < 7; i++) await PutAsync($"S{i}", "v");
        await _server.SendAsync("DELETE", "/v1/secret/data/hcp/org-1/proj-1/web-app/S6");

        var first = await GetAsync("/secrets?pagination.page_size=3");
        var second = await GetAsync($"/secrets?pagination.page_size=3&pagination.next_page_token={first["pagination"]!["next_page_token"]}");
        var third = await GetAsync($"/secrets:open?pagination.page_size=3&pagination.next_page_token={second["pagination"]!["next_page_token"]}");
        var back = await GetAsync($"/secrets?pagination.page_size=3&pagination.previous_page_token={second["pagination"]!["previous_page_token"]}");

        (Names(first), Names(second), Names(third), Names(back)).ShouldBe(("S0 S1 S2", "S3 S4 S5", "", "S0 S1 S2"));
        ((string?)third["pagination"]!["next_page_token"], (string?)back["pagination"]!["previous_page_token"]).ShouldBe(("", ""));
        Names(await GetAsync("/secrets?name_contains=5")).ShouldBe("S5");
        Names(await GetAsync("/secrets:open?types=rotating")).ShouldBe("");
        Names(await GetAsync("/secrets:open?types=rotating&types=kv&name_contains=S1")).ShouldBe("S1");
    }

    [Fact]
    public async Task Apps_are_made_told_and_deleted_when_they_are_empty()
    {
        (await BearerAsync("POST", Apps, RunningServer.RootToken, """{"name":"made","description":"what it is for"}""")).Status.ShouldBe(200);
        var (again, body) = await BearerAsync("POST", Apps, RunningServer.RootToken, """{"name":"made"}""");
        (again, (int)body!["code"]!).ShouldBe((409, 6));
        await PutAsync("KEY", "one");

        var apps = (await BearerAsync("GET", Apps, RunningServer.RootToken)).Body!["apps"]!.AsArray();

        apps.Select(app => (string)app!["name"]!).ShouldBe(["made", "web-app"]);
        ((string?)(await BearerAsync("GET", Apps + "/made", RunningServer.RootToken)).Body!["app"]!["description"]).ShouldBe("what it is for");
        (await BearerAsync("DELETE", Apps + "/made", RunningServer.RootToken)).Status.ShouldBe(200);
        (await BearerAsync("GET", Apps + "/made", RunningServer.RootToken)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Body_beyond_the_limit_and_other_hosts_are_refused_here_too()
    {
        (await _server.SendAsync("GET", App + "/secrets", headers: ("Host", "rebound.example"))).Status.ShouldBe(421);
        var (status, body) = await BearerAsync("POST", App + "/secret/kv", RunningServer.RootToken, new string(' ', (32 << 20) + 1));
        (status, (int)body!["code"]!).ShouldBe((413, 3));
    }

    private static string Names(JsonNode page) => string.Join(' ', page["secrets"]!.AsArray().Select(secret => (string)secret!["name"]!));

    [Fact]
    public async Task Batch_makes_all_or_fails_before_it_makes_any()
    {
        await PutAsync("OLD", "one");

        (await BatchAsync("""{"secrets":[{"name":"NEW","value":"n"},{"name":"OLD","value":"two"}]}""")).ShouldBe((409, 6));
        (await BatchAsync("""{"conflicts":"FAIL","secrets":[{"name":"A","value":"a"},{"name":"A","value":"b"}]}""")).ShouldBe((400, 3));
        (await BatchAsync("""{"conflicts":"MAYBE","secrets":[{"name":"A","value":"a"}]}""")).ShouldBe((400, 3));
        (await BatchAsync("""{"secrets":[{"name":"A","value":"a"},{"name":"1","value":"b"}]}""")).ShouldBe((400, 3));
        (await GetAsync("/secrets"))["secrets"]!.AsArray().Count.ShouldBe(1);

        var (status, body) = await BearerAsync("POST", App + "/secret/kv:batch", RunningServer.RootToken, """{"conflicts":"UPDATE","secrets":[{"name":"NEW","value":"n"},{"name":"OLD","value":"two"}]}""");
        status.ShouldBe(200);
        body!["secrets"]!.AsArray().Select(secret => $"{secret!["name"]} {secret["latest_version"]}").ShouldBe(["NEW 1", "OLD 2"]);
        ((string?)(await GetAsync("/secrets/OLD:open"))["secret"]!["static_version"]!["value"]).ShouldBe("two");

        await _server.SendAsync("DELETE", "/v1/secret/data/hcp/org-1/proj-1/web-app/NEW");
        (await BatchAsync("""{"secrets":[{"name":"NEW","value":"again"}]}""")).ShouldBe((200, 0));

        async Task<(int, int)> BatchAsync(string json)
        {
            var (answered, answer) = await BearerAsync("POST", App + "/secret/kv:batch", RunningServer.RootToken, json);
            return (answered, (int?)answer!["code"] ?? 0);
        }
    }

    [Fact]
    public async Task App_is_described_anew_and_purged_with_its_secrets()
    {
        await PutAsync("KEY", "one");

        var (status, body) = await BearerAsync("PATCH", App, RunningServer.RootToken, """{"description":"the shop"}""");
        (status, (string?)body!["app"]!["description"], (int)body["app"]!["secret_count"]!).ShouldBe((200, "the shop", 1));
        ((string?)(await BearerAsync("GET", App, RunningServer.RootToken)).Body!["app"]!["description"]).ShouldBe("the shop");
        (await BearerAsync("PATCH", App, RunningServer.RootToken, """{"sync_names":["x"]}""")).Status.ShouldBe(501);

        (await BearerAsync("DELETE", App + ":purge", RunningServer.RootToken)).Status.ShouldBe(200);

        (await BearerAsync("GET", App, RunningServer.RootToken)).Status.ShouldBe(403);
        (await _server.SendAsync("GET", "/v1/secret/metadata/hcp/org-1/proj-1/web-app/KEY")).Status.ShouldBe(404);
    }

    private async Task PutAsync(string name, string value) =>
        (await BearerAsync("POST", App + "/secret/kv", RunningServer.RootToken, new JsonObject { ["name"] = name, ["value"] = value }.ToJsonString())).Status.ShouldBe(200);

    private async Task<JsonNode> GetAsync(string rest)
    {
        var (status, body) = await BearerAsync("GET", App + rest, RunningServer.RootToken);
        status.ShouldBe(200, body?.ToJsonString());
        return body!;
    }

    [Fact]
    public async Task Beyond_a_rate_limit_clients_are_told_to_wait()
    {
        var (id, secret) = await AppRoleAsync("""path \"secret/*\" { capabilities = [\"list\", \"read\"] }""");
        var token = (string)(await LoginAsync(id, secret, basic: false)).Body!["access_token"]!;
        await _server.SendAsync("POST", "/v1/sys/quotas/rate-limit/secrets", """{"path":"secret","rate":1,"interval":"1h"}""");
        await _server.SendAsync("POST", "/v1/sys/quotas/rate-limit/logins", """{"path":"auth/approle","rate":1,"interval":"1h"}""");
        await BearerAsync("GET", App + "/secrets", token);
        await LoginAsync(id, secret, basic: false);

        var (status, body) = await BearerAsync("GET", App + "/secrets", token);
        (status, (int)body!["code"]!).ShouldBe((429, 8));
        (await LoginAsync(id, secret, basic: false)).Status.ShouldBe(429);
    }

    [Theory]
    [InlineData("/secret/kv", """{"name":"\ud800","value":"x"}""")]
    [InlineData("/secret/kv", """{"name":"A","value":"\ud800"}""")]
    [InlineData("/secret/kv", """{"name":"A","value":"a","value":"b"}""")]
    [InlineData("/secret/kv:batch", """{"secrets":[{"name":"A","value":"\ud800"}]}""")]
    public async Task Text_that_is_none_is_refused(string path, string json) =>
        (await _server.SendAsync("POST", App + path, json)).Status.ShouldBe(400);

    private async Task<(string Id, string Secret)> AppRoleAsync(string policy)
    {
        await _server.SendAsync("POST", "/v1/sys/auth/approle", """{"type":"approle"}""");
        await _server.SendAsync("POST", "/v1/sys/policies/acl/app", $$"""{"policy":"{{policy}}"}""");
        await _server.SendAsync("POST", "/v1/auth/approle/role/app", """{"token_policies":["app"],"token_ttl":"30m"}""");
        var id = (string)(await _server.SendAsync("GET", "/v1/auth/approle/role/app/role-id")).Body!["data"]!["role_id"]!;
        return (id, (string)(await _server.SendAsync("POST", "/v1/auth/approle/role/app/secret-id", "{}")).Body!["data"]!["secret_id"]!);
    }

    private Task<(int Status, JsonNode? Body)> BearerAsync(string method, string path, string token, string? json = null) =>
        _server.SendAsync(method, path, json, token: null, ("Authorization", $"Bearer {token}"));

    private Task<(int Status, JsonNode? Body)> LoginAsync(string id, string secret, bool basic)
    {
        if (!basic) return FormAsync($"grant_type=client_credentials&audience=x&client_id={id}&client_secret={secret}");
        var credentials = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
        return FormAsync("grant_type=client_credentials", ("Authorization", credentials.ToString()));
    }

    private Task<(int Status, JsonNode? Body)> FormAsync(string form, params (string, string)[] headers) =>
        _server.SendAsync("POST", "/oauth2/token", form, token: null, [("Content-Type", "application/x-www-form-urlencoded"), .. headers]);
}
