using System.Net;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Http;

/// <summary>Pages of other origins, as browsers ask for them.</summary>
public sealed class CrossOriginTests
{
    [Fact]
    public async Task Preflight_is_refused_until_origins_are_set_and_after_they_are_removed()
    {
        await using var server = await RunningServer.StartAsync();
        (await AskAsync(server, "https://ui.example")).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await server.SendAsync("GET", "/v1/sys/config/cors")).Body!["data"]!.ToJsonString().ShouldBe("""{"enabled":false}""");

        (await server.SendAsync("POST", "/v1/sys/config/cors", """{"allowed_origins": "https://ui.example", "allowed_headers": "X-Custom"}""")).Status.ShouldBe(204);
        using var allowed = await AskAsync(server, "https://ui.example");
        allowed.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(allowed, "Access-Control-Allow-Origin").ShouldBe("https://ui.example");
        Header(allowed, "Access-Control-Allow-Methods").ShouldContain("LIST");
        Header(allowed, "Access-Control-Allow-Headers").ShouldEndWith("X-Vault-Token,X-Custom");
        Header(allowed, "Vary").ShouldBe("Origin");

        await server.SendAsync("DELETE", "/v1/sys/config/cors");
        (await AskAsync(server, "https://ui.example")).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Request_of_an_origin_is_answered_or_refused()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("POST", "/v1/sys/config/cors", """{"allowed_origins": ["https://ui.example"]}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sys/health");
        request.Headers.Add("Origin", "https://ui.example");
        using var answer = await server.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe("https://ui.example");

        var (status, body) = await server.SendAsync("GET", "/v1/sys/health", headers: ("Origin", "https://other.example"));
        status.ShouldBe(403);
        body!["errors"]![0]!.GetValue<string>().ShouldBe("origin not allowed");
        (await AskAsync(server, "https://ui.example", "TRACE")).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"allowed_origins": ["*", "https://ui.example"]}""")]
    [InlineData("""{"allowed_origins": "*", "allowed_headers": "a b"}""")]
    public async Task Settings_that_cannot_be_meant_are_refused(string json)
    {
        await using var server = await RunningServer.StartAsync();
        (await server.SendAsync("POST", "/v1/sys/config/cors", json)).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("application/merge-patch+json; charset=utf-8", 200)]
    [InlineData("application/json", 415)]
    [InlineData("text/plain", 415)]
    public async Task Patch_says_what_it_is(string contentType, int expected)
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("POST", "/v1/secret/data/app", """{"data": {"a": "1"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/v1/secret/data/app") { Content = new ByteArrayContent("""{"data": {"b": "2"}}"""u8.ToArray()) };
        request.Headers.Add("X-Vault-Token", RunningServer.RootToken);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await server.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(expected);
    }

    private static async Task<HttpResponseMessage> AskAsync(RunningServer server, string origin, string method = "POST")
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/secret/data/app");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        return await server.Http.SendAsync(request);
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join('|', response.Headers.GetValues(name));
}
