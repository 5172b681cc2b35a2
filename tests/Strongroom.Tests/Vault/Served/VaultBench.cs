using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Conformance;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Served;
using Strongroom.Vault.Storage;
using Strongroom.Vault.Tokens;

namespace Strongroom.Tests.Vault.Served;

/// <summary>
/// A real served vault on memory storage with fake time, and calls to it in the words of the Vault API but without HTTP. Throws the vault's
/// own <see cref="SecretException"/>.
/// </summary>
internal sealed class VaultBench : IAsyncDisposable
{
    public const string RootToken = "root";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly VaultSeal _seal;

    private VaultBench(VaultStorage? storage, int passwordIterations, HttpMessageHandler? outbound)
    {
        Storage = storage ?? new MemoryStorage();
        _seal = new StaticKeySeal("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="u8, _random);
        Vault = new ServedVault(Storage, new ServedVaultOptions { AuditPath = AuditPath, Time = Time, Random = _random, PasswordIterations = passwordIterations, OutboundHandler = outbound });
    }

    public FakeTime Time { get; } = new();

    public VaultStorage Storage { get; }

    public ServedVault Vault { get; }

    public string AuditPath => Path.Combine(_folder.FullName, "audit.log");

    /// <summary>The address that requests come from.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The certificate that clients prove to hold.</summary>
    public X509Certificate2? Certificate { get; set; }

    public X509Certificate2[] SentCertificates { get; set; } = [];

    /// <summary>Headers that requests bring for audit entries.</summary>
    public IReadOnlyList<AuditedHeader>? AuditedHeaders { get; set; }

    /// <summary>A new vault, unsealed, with <c>secret/</c> and the root token <c>root</c>.</summary>
    public static async Task<VaultBench> CreateAsync(VaultStorage? storage = null, int passwordIterations = 1_000, HttpMessageHandler? outbound = null)
    {
        var bench = new VaultBench(storage, passwordIterations, outbound);
        await bench.Vault.CreateAsync(bench._seal, new Guid("11111111-2222-3333-4444-555555555555"), withSecrets: true, CancellationToken.None);
        await bench.Vault.CreateRootTokenAsync(RootToken, CancellationToken.None);
        return bench;
    }

    /// <summary>Seals and unseals: all memory is gone, the storage stays.</summary>
    public async Task ReopenAsync()
    {
        await Vault.SealAsync(CancellationToken.None);
        await Vault.OpenAsync(_seal, CancellationToken.None);
    }

    /// <summary>The same vault as its owner opens it, while nothing serves it. Disposing of it closes the storage.</summary>
    public ValueTask<EmbeddedVault> OpenEmbeddedAsync() => EmbeddedVault.OpenAsync(
        Storage, _seal, new EmbeddedVaultOptions { AuditPath = AuditPath, Time = Time, Random = _random }, CancellationToken.None);

    public Task<Answer> ReadAsync(string path, string? token = RootToken) => SendAsync(VaultOperation.Read, path, null, token);

    public Task<Answer> ListAsync(string path, string? token = RootToken) => SendAsync(VaultOperation.List, path.EndsWith('/') ? path : path + "/", null, token);

    public Task<Answer> WriteAsync(string path, string json = "{}", string? token = RootToken) => SendAsync(VaultOperation.Update, path, json, token);

    public Task<Answer> DeleteAsync(string path, string? token = RootToken) => SendAsync(VaultOperation.Delete, path, null, token);

    /// <summary>A new token with these policies; returns its text.</summary>
    public async Task<string> TokenAsync(params string[] policies)
    {
        var answer = await WriteAsync("auth/token/create", $$"""{"policies": {{new JsonArray([.. policies.Select(name => JsonValue.Create(name))]).ToJsonString()}}}""");
        return answer.Auth!.Token!.Reveal();
    }

    public async Task<Answer> SendAsync(VaultOperation operation, string path, string? json, string? token, TimeSpan wrapTtl = default, IReadOnlyDictionary<string, string>? query = null)
    {
        var request = new VaultRequest(operation, path, json is null ? default : Encoding.UTF8.GetBytes(json))
        {
            Origin = new RequestOrigin { RequestId = "request", Token = token is null ? null : new ClientToken(token), Address = Address, Certificate = Certificate, SentCertificates = SentCertificates, AuditedHeaders = AuditedHeaders, WrapTtl = wrapTtl },
        };
        if (query is not null) request = request with { Query = query };
        using var response = await Vault.HandleAsync(request, CancellationToken.None);
        return new Answer(response.Status, response.Data.IsEmpty || response.BareContentType is not (null or "application/json") ? null : JsonNode.Parse(response.Data.Span), response.Auth, response.Wrap, [.. response.Warnings]) { StatusCode = response.StatusCode };
    }

    public async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        _seal.Dispose();
        _random.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>An answer that outlives its response.</summary>
    internal sealed record Answer(VaultStatus Status, JsonNode? Data, IssuedAuth? Auth, WrapInfo? Wrap, string[] Warnings)
    {
        /// <summary>The HTTP status, where it is not the usual one.</summary>
        public int StatusCode { get; init; }

        /// <summary>The token it gave out.</summary>
        public string Token => Auth!.Token!.Reveal();

        public JsonNode? this[string member] => Data?[member];
    }
}
