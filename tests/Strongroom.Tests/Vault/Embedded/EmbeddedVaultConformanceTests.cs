using Strongroom.Conformance.Backends;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Stores;
using Strongroom.Vault.Embedded;

namespace Strongroom.Tests.Vault.Embedded;

public sealed class EmbeddedVaultConformanceTests : BackendConformance, IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private int _vaults;

    public void Dispose() => _workshop.Dispose();

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        // One log for each vault: the chain of one is no chain of another.
        var options = _workshop.Options with { AuditPath = Path.Combine(_workshop.Folder, $"audit-{++_vaults}.log") };
        using var seal = _workshop.Seal();
        var vault = await EmbeddedVault.CreateAsync(new MemoryStorage(), seal, VaultWorkshop.VaultId, options, default);
        foreach (var (path, bytes) in seeds)
        {
            using var value = SecretValue.FromBytes(bytes);
            await vault.PutAsync(path, new SecretFields().Set(SecretAddress.DefaultField, value), expectedVersion: null, default);
        }
        return new EmbeddedVaultBackend(vault);
    }
}
