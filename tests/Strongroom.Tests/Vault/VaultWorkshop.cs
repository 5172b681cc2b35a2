using System.Security.Cryptography;
using System.Text;
using Strongroom.Conformance;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Vault;

/// <summary>A vault on memory storage with a fake clock and its audit log in a folder of its own.</summary>
internal sealed class VaultWorkshop : IDisposable
{
    public static readonly Guid VaultId = new("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    public string Folder { get; } = Directory.CreateTempSubdirectory("strongroom-test-").FullName;

    public string AuditPath => Path.Combine(Folder, "audit.log");

    public FakeTime Time { get; } = new();

    public RandomNumberGenerator Random { get; } = RandomNumberGenerator.Create();

    public EmbeddedVaultOptions Options => new() { AuditPath = AuditPath, UserName = "alice", Time = Time, Random = Random };

    public static SecretValue Value(string text) => SecretValue.FromText(text);

    public static SecretFields Fields(string name, string text) => new SecretFields().Set(name, Value(text));

    public StaticKeySeal Seal(byte fill = 7) => new(Encoding.ASCII.GetBytes(Convert.ToBase64String(Enumerable.Repeat(fill, 32).ToArray())), Random);

    public async Task<EmbeddedVault> CreateAsync(VaultStorage storage) =>
        await EmbeddedVault.CreateAsync(storage, Seal(), VaultId, Options, default);

    public Task<EmbeddedVault> CreateAsync() => CreateAsync(new MemoryStorage());

    public async Task<EmbeddedVault> OpenAsync(VaultStorage storage) => await EmbeddedVault.OpenAsync(storage, Seal(), Options, default);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
