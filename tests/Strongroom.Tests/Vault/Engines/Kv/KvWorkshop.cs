using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Tests.Vault.Engines.Kv;

/// <summary>Requests to a KV mount as the HTTP edge would send them.</summary>
internal sealed class KvWorkshop : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly VaultCore _core;
    private readonly Caller _caller = Caller.LocalOwner("alice");

    public KvWorkshop()
    {
        var barrier = VaultBarrier.CreateAsync(Storage, _workshop.Seal(), VaultWorkshop.VaultId, _workshop.Random, default).AsTask().GetAwaiter().GetResult();
        _core = new VaultCore(barrier, HashChainedFile.Open(_workshop.AuditPath, barrier.Keyring.AuditKey, AuditFlush.Changes, Time), Time);
    }

    public MemoryStorage Storage { get; } = new();

    public Conformance.FakeTime Time => _workshop.Time;

    public void Dispose() => _workshop.Dispose();

    public async Task<(VaultStatus Status, JsonNode? Data)> SendAsync(VaultOperation operation, string path, string body = "", int? version = null, int? depth = null)
    {
        var request = new VaultRequest(operation, "secret/" + path, Encoding.UTF8.GetBytes(body), version, depth);
        using var response = await _core.HandleAsync(_caller, request, default);
        return (response.Status, response.Data.IsEmpty ? null : JsonNode.Parse(response.Data.Span));
    }

    public async Task<JsonNode> WriteAsync(string path, string data, int? cas = null)
    {
        var options = cas is null ? "" : ",\"options\":{\"cas\":" + cas + "}";
        return (await SendAsync(VaultOperation.Update, "data/" + path, "{\"data\":" + data + options + "}")).Data!;
    }

    public async Task<JsonNode> ReadAsync(string path, int? version = null) => (await SendAsync(VaultOperation.Read, "data/" + path, version: version)).Data!;

    public async Task<SecretErrorKind> FailAsync(VaultOperation operation, string path, string body = "", int? version = null) =>
        (await Should.ThrowAsync<SecretException>(() => SendAsync(operation, path, body, version))).Kind;

    public async Task<int> EntriesAsync()
    {
        var count = 0;
        await foreach (var _ in Storage.ScanAsync(default)) count++;
        return count;
    }
}
