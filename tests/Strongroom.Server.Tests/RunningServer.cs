using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strongroom.Server.Hosting;

namespace Strongroom.Server.Tests;

/// <summary>A real server in dev mode on a free port of this machine, and calls to it over HTTP.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string RootToken = "root";

    private readonly DevVault _dev;
    private readonly WebApplication _app;

    private RunningServer(DevVault dev, WebApplication app)
    {
        (_dev, _app) = (dev, app);
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient { BaseAddress = new Uri(Address) };
    }

    /// <summary>What VAULT_ADDR is set to.</summary>
    public string Address { get; }

    public HttpClient Http { get; }

    public static async Task<RunningServer> StartAsync()
    {
        var arguments = new ServerArguments { Dev = true, DevListen = new IPEndPoint(IPAddress.Loopback, 0), AllowedHosts = ["vault.test"] };
        var dev = await DevVault.StartAsync(arguments, RandomNumberGenerator.Create(), TimeProvider.System, CancellationToken.None);
        var app = WebServer.Build(dev.Vault, dev.Listeners, LogLevel.Warning, TimeProvider.System, dev.HcpFacade);
        await app.StartAsync();
        return new RunningServer(dev, app);
    }

    /// <summary>Sends a request to a path below the address and returns status and body.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(
        string method, string path, string? json = null, string? token = RootToken, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null) request.Headers.Add("X-Vault-Token", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var contentType = headers.FirstOrDefault(header => header.Name == "Content-Type").Value ?? "application/json";
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, contentType);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Sends these bytes on a connection of their own and returns what comes until it ends.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(Address).Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _dev.DisposeAsync();
    }
}
