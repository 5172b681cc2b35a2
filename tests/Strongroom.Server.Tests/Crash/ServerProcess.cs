using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Strongroom.Server.Tests.Crash;

/// <summary>The real server as a process of its own, on a vault in a folder, closed with a static key so that it opens by itself.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>The static key, as base64.</summary>
    public const string RootKey = "c3Ryb25ncm9vbS10ZXN0LWtleS0zMi1ieXRlcy0tLS0=";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-crash-");
    private readonly int _port = FreePort();
    private readonly HttpClient _http;
    private Process? _process;
    private string? _token;

    public ServerProcess() => _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/v1/") };

    public string VaultFolder => Path.Combine(_folder.FullName, "vault");

    private string Configuration => Path.Combine(_folder.FullName, "server.hcl");

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        await File.WriteAllTextAsync(Configuration, $$"""
            listener "tcp" {
              address     = "127.0.0.1:{{_port}}"
              tls_disable = true
            }
            storage "file" { path = "{{VaultFolder}}" }
            seal "static" { }
            """);
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ServerProgram).Assembly.Location, "-config=" + Configuration])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["STRONGROOM_ROOT_KEY"] = RootKey;
        _process = Process.Start(start)!;
        var output = new StringBuilder();
        _process.OutputDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        _process.ErrorDataReceived += (_, line) => { lock (output) output.AppendLine(line.Data); };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"The server ended with {_process.ExitCode}: {output}");
            try
            {
                using var answer = await _http.GetAsync("sys/health");
                if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotImplemented) return;
            }
            catch (HttpRequestException)
            {
            }
            await Task.Delay(5);
        }
    }

    /// <summary>Makes the vault, with <c>secret/</c> mounted.</summary>
    public async Task InitializeAsync()
    {
        var (status, body) = await SendAsync("PUT", "sys/init", """{"secret_shares": 1, "secret_threshold": 1}""", token: "");
        if (status != 200) throw new InvalidOperationException($"init: {status} {body}");
        _token = body!["root_token"]!.GetValue<string>();
        (status, body) = await SendAsync("POST", "sys/mounts/secret", """{"type": "kv", "options": {"version": "2"}}""");
        if (status != 204) throw new InvalidOperationException($"mount: {status} {body}");
    }

    /// <summary>Ends it as a power failure would, but for the disk's cache.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Sends a request to a path below <c>/v1/</c>, with the root token or another.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null, string? token = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if ((token ?? _token) is { Length: > 0 } header) request.Headers.Add("X-Vault-Token", header);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public ValueTask DisposeAsync()
    {
        if (_process is not null) Kill();
        _http.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
