using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;
using Strongroom.Fakes.Vault;
using Strongroom.Secrets;
using Strongroom.Server.Tests;
using Strongroom.Stores;

namespace Strongroom.Backends.Tests.Vault;

/// <summary>
/// A server to test against, behind a front that judges what goes over the wire: a real one when VAULT_ADDR and VAULT_TOKEN are
/// given, else our own.
/// </summary>
internal sealed class VaultPlace : IAsyncDisposable
{
    private readonly RunningServer? _own;

    private VaultPlace(RunningServer? own, Uri address, string token, VaultFront front, string mount, string mount1)
    {
        (_own, Token, Front, Mount, Mount1) = (own, token, front, mount, mount1);
        Direct = new HttpClient { BaseAddress = address };
    }

    public string Token { get; }

    public VaultFront Front { get; }

    /// <summary>A mount of KV version 2.</summary>
    public string Mount { get; }

    /// <summary>A mount of KV version 1.</summary>
    public string Mount1 { get; }

    /// <summary>The server itself, for setting things up.</summary>
    public HttpClient Direct { get; }

    public static async Task<VaultPlace> StartAsync()
    {
        var given = System.Environment.GetEnvironmentVariable("VAULT_ADDR");
        var own = given is null ? await RunningServer.StartAsync() : null;
        var address = new Uri(given ?? own!.Address);
        var token = given is null ? RunningServer.RootToken : System.Environment.GetEnvironmentVariable("VAULT_TOKEN") ?? "";
        var name = Guid.NewGuid().ToString("N")[..12];
        var (mount, mount1) = ($"kv-{name}", $"old-{name}");
        var front = new VaultFront(address, VaultContract.For([mount], mount1));
        await front.StartAsync();
        var place = new VaultPlace(own, address, token, front, mount, mount1);
        await place.CallAsync("POST", $"sys/mounts/{mount}", """{"type":"kv","options":{"version":"2"}}""");
        await place.CallAsync("POST", $"sys/mounts/{mount1}", """{"type":"kv","options":{"version":"1"}}""");
        return place;
    }

    /// <summary>A call past the front, with the root token.</summary>
    public async Task<JsonNode?> CallAsync(string method, string path, string? json = null, string? token = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Direct.BaseAddress!, "/v1/" + path));
        request.Headers.Add("X-Vault-Token", token ?? Token);
        if (json is not null) request.Content = new StringContent(json);
        using var response = await Direct.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>A backend over the front. <paramref name="variables"/> is its environment; without VAULT_TOKEN it has the root token.</summary>
    public SecretBackend Backend(
        (string Key, string Value)[]? settings = null, (string Key, string Value)[]? variables = null, TimeProvider? time = null)
    {
        var values = new Dictionary<string, string> { ["address"] = Front.Address.ToString(), ["mount"] = Mount };
        foreach (var (key, value) in settings ?? []) values[key] = value;
        var environment = (variables ?? [("VAULT_TOKEN", Token)]).ToDictionary(v => v.Key, v => v.Value);
        return All.Find("vault")!(new BackendSettings("vault", values, "/", environment, time ?? TimeProvider.System));
    }

    public async Task<SecretBackend> SeededAsync(SecretBackend backend, IReadOnlyDictionary<string, byte[]> seeds)
    {
        foreach (var (path, bytes) in seeds)
            await backend.WriteAsync(new SecretAddress(path), new SecretWrite(SecretValue.FromBytes(bytes)), default);
        return backend;
    }

    public async ValueTask DisposeAsync()
    {
        await CallAsync("DELETE", $"sys/mounts/{Mount}");
        await CallAsync("DELETE", $"sys/mounts/{Mount1}");
        Direct.Dispose();
        if (_own is not null) await _own.DisposeAsync();
        await Front.DisposeAsync();
    }
}
