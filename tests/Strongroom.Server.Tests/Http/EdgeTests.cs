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
}
