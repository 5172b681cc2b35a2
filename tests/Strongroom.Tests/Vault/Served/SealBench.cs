using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Conformance;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Served;
using Strongroom.Vault.Storage;
using Strongroom.Vault.Tokens;

namespace Strongroom.Tests.Vault.Served;

/// <summary>An empty storage, and servers over it that start and crash: the life of a vault from its making on, without HTTP.</summary>
internal sealed class SealBench : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly VaultSeal? _seal;
    private readonly SharedStorage _shared;
    private ServedVault _vault;

    public SealBench(VaultSeal? seal = null)
    {
        (_seal, _shared) = (seal, new SharedStorage(new MemoryStorage()));
        _vault = Start(_shared);
    }

    public FakeTime Time { get; } = new();

    public ServedVault Vault => _vault;

    public VaultStorage Storage => _shared;

    public string Folder => _folder.FullName;

    /// <summary>The address that requests come from; null is this process.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>Whether answers that must not be lost arrive.</summary>
    public bool AnswersArrive { get; set; } = true;

    /// <summary>The last answer that must not be lost, as the client has it.</summary>
    public JsonNode? HandedOut { get; private set; }

    /// <summary>The server is gone without a word; another one begins, perhaps over a storage that will fail.</summary>
    public async Task RestartAsync(Func<VaultStorage, VaultStorage>? storage = null)
    {
        await _vault.DisposeAsync();
        _vault = Start(storage?.Invoke(_shared) ?? _shared);
        await _vault.StartAsync(CancellationToken.None);
    }

    /// <summary>Makes a vault and returns its unseal keys and root token.</summary>
    public async Task<(string[] Keys, string Root)> InitializeAsync(int shares, int threshold)
    {
        var made = await WriteAsync("sys/init", $$"""{"secret_shares": {{shares}}, "secret_threshold": {{threshold}}}""");
        return (Texts(made!["keys"]), made["root_token"]!.GetValue<string>());
    }

    public async Task<JsonNode?> UnsealAsync(params string[] keys)
    {
        JsonNode? last = null;
        foreach (var key in keys) last = await WriteAsync("sys/unseal", $$"""{"key": "{{key}}"}""");
        return last;
    }

    public Task<JsonNode?> ReadAsync(string path, string? token = null) => SendAsync(VaultOperation.Read, path, null, token);

    public Task<JsonNode?> WriteAsync(string path, string json = "{}", string? token = null) => SendAsync(VaultOperation.Update, path, json, token);

    public Task<JsonNode?> DeleteAsync(string path, string? token = null, string? json = null) => SendAsync(VaultOperation.Delete, path, json, token);

    public async Task<JsonNode?> SendAsync(VaultOperation operation, string path, string? json, string? token)
    {
        var request = new VaultRequest(operation, path, json is null ? default : Encoding.UTF8.GetBytes(json))
        {
            Origin = new RequestOrigin { RequestId = "request", Token = token is null ? null : new ClientToken(token), Address = Address },
        };
        using var response = await _vault.HandleAsync(request, CancellationToken.None);
        var answer = response.Data.IsEmpty ? null : JsonNode.Parse(response.Data.Span);
        if (response.HandOver is not null) HandedOut = answer;
        if (response.HandOver is { } handOver) await handOver(AnswersArrive, CancellationToken.None);
        return answer;
    }

    public static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(item => item!.GetValue<string>())];

    public async ValueTask DisposeAsync()
    {
        await _vault.DisposeAsync();
        _random.Dispose();
        _folder.Delete(recursive: true);
    }

    private ServedVault Start(VaultStorage storage) => new(
        storage, new ServedVaultOptions { AuditPath = Path.Combine(_folder.FullName, "audit.log"), Time = Time, Random = _random, Seal = _seal });
}
