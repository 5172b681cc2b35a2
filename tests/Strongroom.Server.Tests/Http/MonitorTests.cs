using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Http;

/// <summary>The log over HTTP, as it goes on.</summary>
public sealed class MonitorTests
{
    [Fact]
    public async Task Lines_come_as_they_are_told_and_end_with_the_server()
    {
        await using var server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sys/monitor?log_level=info");
        request.Headers.Add("X-Vault-Token", RunningServer.RootToken);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        await server.SendAsync("POST", "/v1/sys/mounts/new", """{"type": "kv"}""");

        (await reader.ReadLineAsync())!.ShouldEndWith("[INFO]  core: mounted kv at new/");
        await server.SendAsync("POST", "/v1/sys/seal");
        (await reader.ReadToEndAsync()).ShouldBeEmpty();
    }
}
