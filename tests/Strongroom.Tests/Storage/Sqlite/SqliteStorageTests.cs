using Strongroom.Conformance.Storages;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Storage.Sqlite;

public sealed class SqliteStorageTests : StorageConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<VaultStorage> CreateAsync() => new(SqliteStorage.Create(_folder.File("vault.db")));
}
