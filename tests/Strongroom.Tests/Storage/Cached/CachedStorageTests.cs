using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Storage.Cached;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage.Cached;

public sealed class CachedStorageTests : StorageConformance
{
    private static readonly CancellationToken None = CancellationToken.None;

    // So small that parts of it start over again and again.
    protected override ValueTask<VaultStorage> CreateAsync() => new(new CachedStorage(new MemoryStorage(), bytesMax: 64 * 1024));

    [Fact]
    public async Task Acknowledged_write_is_read_while_others_read_and_write()
    {
        await using var storage = new CachedStorage(new MemoryStorage());
        var ids = Enumerable.Range(1, 16).Select(i => new EntryId(1, (ulong)i * 64)).ToArray();
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(reader => Task.Run(async () =>
        {
            for (var i = reader; !stop.IsCancellationRequested; i++) await storage.GetAsync(ids[i % ids.Length], None);
        })).ToArray();
        for (var round = 0; round < 2_000; round++)
        {
            var id = ids[round % ids.Length];
            var result = await storage.CommitAsync([new StorageChange(StorageChangeKind.Put, id, Sealed: BitConverter.GetBytes(round))], None);
            (await storage.GetAsync(id, None))!.Value.Revision.ShouldBe(result.Sequence);
        }
        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }
}
