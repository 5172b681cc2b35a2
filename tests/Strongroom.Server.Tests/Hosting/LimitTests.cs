using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Shouldly;
using Strongroom.Server.Configuration;
using Strongroom.Server.Hosting;
using Xunit;

namespace Strongroom.Server.Tests.Hosting;

/// <summary>What one client can cost a server.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private DevVault _dev = null!;
    private WebApplication? _app;

    public async ValueTask InitializeAsync() =>
        _dev = await DevVault.StartAsync(new ServerArguments { Dev = true }, RandomNumberGenerator.Create(), TimeProvider.System, default);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        await _dev.DisposeAsync();
    }

    [Fact]
    public async Task Body_over_the_limit_of_its_listener_is_refused()
    {
        using var http = await StartAsync(listener => listener with { RequestSizeMax = 1000 });
        (await PutAsync(http, 900)).ShouldBe(HttpStatusCode.OK);
        (await PutAsync(http, 1100)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Header_without_end_is_refused()
    {
        using var http = await StartAsync(listener => listener);
        http.DefaultRequestHeaders.Add("X-Long", new string('a', 40_000));
        (await http.GetAsync("/v1/sys/health")).StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    [Fact]
    public async Task Client_that_begins_a_header_and_stops_is_let_go()
    {
        using var http = await StartAsync(listener => listener with { ReadHeaderTimeout = TimeSpan.FromMilliseconds(300) });
        var answer = await SendRawAsync(http.BaseAddress!, "GET /v1/sys/health HTTP/1.1\r\nHost: a\r\nX-Slow: ");
        answer.ShouldStartWith("HTTP/1.1 408");
    }

    [Fact]
    public async Task Client_that_announces_a_body_and_sends_none_is_let_go()
    {
        using var http = await StartAsync(listener => listener with { ReadTimeout = TimeSpan.FromMilliseconds(300) });
        var answer = await SendRawAsync(http.BaseAddress!, "PUT /v1/secret/data/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nX-Vault-Token: root\r\n\r\n{");
        answer.ShouldStartWith("HTTP/1.1 408");
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient http, int length)
    {
        var json = ("{\"data\": {\"a\": \"" + new string('x', length - 40) + "\"}}").PadRight(length);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/secret/data/a") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Vault-Token", RunningServer.RootToken);
        return (await http.SendAsync(request)).StatusCode;
    }

    private static async Task<string> SendRawAsync(Uri address, string text)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        using var reader = new StreamReader(tcp.GetStream());
        return await reader.ReadLineAsync() ?? "";
    }

    private async Task<HttpClient> StartAsync(Func<ListenerConfiguration, ListenerConfiguration> change)
    {
        _app = WebServer.Build(_dev.Vault, [change(new ListenerConfiguration { Address = new IPEndPoint(IPAddress.Loopback, 0) })], LogLevel.None, TimeProvider.System);
        await WebServer.StartAsync(_app, default);
        return new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }
}
