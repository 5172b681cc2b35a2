using System.Net;
using System.Net.Http.Headers;
using Strongroom.Tests.Vault.Auth;

namespace Strongroom.Cli.Tests.VaultApi;

/// <summary>An OpenID provider on a port of this machine, whose page logs in whoever opens it.</summary>
internal sealed class RunningProvider : IDisposable
{
    private readonly HttpListener _listener = new();

    public RunningProvider()
    {
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Provider = new OpenIdProvider($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}");
        }
        _listener.Prefixes.Add(Provider.Issuer + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public OpenIdProvider Provider { get; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            if (context.Request.Url!.AbsolutePath == "/authorize")
            {
                var asked = OpenIdProvider.Parse(context.Request.Url.Query[1..]);
                var back = Provider.Visit(context.Request.Url.AbsoluteUri);
                context.Response.Redirect($"{asked["redirect_uri"]}?{string.Join('&', back.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}");
            }
            else
            {
                await AnswerAsync(context);
            }
            context.Response.Close();
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.Url);
        if (context.Request.Headers["Authorization"] is { } authorization) request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        var (status, body) = Provider.Answer(request, await reader.ReadToEndAsync());
        context.Response.StatusCode = (int)status;
        await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
    }
}
