using Strongroom.Conformance.Storages;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Storage.Memory;

public sealed class MemoryStorageTests : StorageConformance
{
    protected override ValueTask<VaultStorage> CreateAsync() => new(new MemoryStorage());
}
