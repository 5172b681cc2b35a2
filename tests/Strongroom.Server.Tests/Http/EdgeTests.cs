using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Http;

public sealed class EdgeTests
{
    [Fact]
    public async Task Written_secret_is_read_in_the_usual_envelope()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("POST", "/v1/secret/data/app/db", """{"data": {"password": "one"}}""");
        var (status, body) = await server.SendAsync("GET", "/v1/secret/data/app/db");
        status.ShouldBe(200);
        body!["data"]!["data"]!["password"]!.GetValue<string>().ShouldBe("one");
        body.AsObject().Select(member => member.Key).ShouldBe(
            ["request_id", "lease_id", "renewable", "lease_duration", "data", "wrap_info", "warnings", "auth"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("/v1/secret/data//app")]
    [InlineData("/v1/secret/data/a%5Cb")]
    [InlineData("/v1/secret/data/a%00b")]
    public async Task Path_that_reads_in_two_ways_is_refused(string path)
    {
        await using var server = await RunningServer.StartAsync();
        (await server.SendAsync("GET", path)).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("http://localhost:8200/v1/sys/health?standbyok=true", "localhost:8200", 200)]
    [InlineData("http://localhost/v1/secret/data/a%2Fb", "localhost", 404)]
    [InlineData("http://localhost", "localhost", 404)]
    [InlineData("http://localhost?/v1/sys/health", "localhost", 404)]
    [InlineData("http://localhost/v1/../v1/sys/health", "localhost", 400)]
    [InlineData("http://other.example/v1/sys/health", "localhost", 400)]
    [InlineData("http://other.example/v1/sys/health", "other.example", 421)]
    [InlineData("ftp://localhost/v1/sys/health", "localhost", 400)]
    public async Task Whole_address_as_target_is_its_path(string target, string host, int expected)
    {
        await using var server = await RunningServer.StartAsync();
        (await server.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\nX-Vault-Token: root\r\nConnection: close\r\n\r\n")).ShouldStartWith($"HTTP/1.1 {expected} ");
    }

    [Theory]
    [InlineData("127.0.0.1:8200", 200)]
    [InlineData("127.0.0.2", 200)]
    [InlineData("localhost:1", 200)]
    [InlineData("LOCALHOST", 200)]
    [InlineData("[::1]:8200", 200)]
    [InlineData("vault.test:8200", 200)]
    [InlineData("rebound.example", 421)]
    [InlineData("localhost.rebound.example", 421)]
    [InlineData("127.0.0.1.rebound.example:8200", 421)]
    [InlineData("192.0.2.1", 421)]
    [InlineData("0.0.0.0", 421)]
    public async Task Dev_server_answers_to_names_of_this_machine_alone(string host, int expected)
    {
        await using var server = await RunningServer.StartAsync();
        var (status, body) = await server.SendAsync("GET", "/v1/sys/health", headers: ("Host", host));
        status.ShouldBe(expected, body?.ToJsonString());
        if (expected == 421) body!["errors"]![0]!.GetValue<string>().ShouldContain("-allow-host");
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("root", 200)]
    [InlineData("/", 200)]
    [InlineData("admin/team", 404)]
    public async Task Only_the_root_namespace_is_there(string name, int expected)
    {
        await using var server = await RunningServer.StartAsync();
        var (status, body) = await server.SendAsync("GET", "/v1/auth/token/lookup-self", headers: ("X-Vault-Namespace", name));
        status.ShouldBe(expected, body?.ToJsonString());
    }
}
