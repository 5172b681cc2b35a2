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

    /// <summary>The later of two commits was made and its answer lost; the earlier one's comes last.</summary>
    [Fact]
    public void Commit_of_open_outcome_is_not_papered_over_by_an_earlier_one()
    {
        var part = new CachePart(bytesMax: 1024 * 1024);
        var id = new EntryId(1, 1);

        part.Doubt(id);
        part.Learn(new StorageChange(StorageChangeKind.Put, id, Sealed: new byte[] { 1 }), new CommitResult(Sequence: 5, ConflictIndex: -1));

        part.TryGet(id, out _, out var changes).ShouldBeFalse();
        part.Keep(id, entry: null, changes);
        part.TryGet(id, out _, out _).ShouldBeTrue("what is read is kept as before");
    }

    [Fact]
    public async Task Commit_of_every_kind_is_read_as_the_storage_has_it()
    {
        var inner = new MemoryStorage();
        await using var storage = new CachedStorage(inner, bytesMax: 16 * 1024);
        var random = new Random(7);
        // All in one part of the cache, and the empty folder that is deleted by.
        var ids = Enumerable.Range(1, 6).Select(i => new EntryId(1, (ulong)i * 64)).ToArray();
        StorageChangeKind[] kinds = [StorageChangeKind.Put, StorageChangeKind.PutIfAbsent, StorageChangeKind.Delete, StorageChangeKind.DeleteIfFolderEmpty, StorageChangeKind.Put];
        for (var round = 0; round < 3_000; round++)
        {
            var changes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => kinds[random.Next(kinds.Length)] switch
            {
                StorageChangeKind.Delete => new StorageChange(StorageChangeKind.Delete, ids[random.Next(ids.Length)]),
                StorageChangeKind.DeleteIfFolderEmpty => new StorageChange(StorageChangeKind.DeleteIfFolderEmpty, ids[random.Next(ids.Length)], MustBeEmpty: new EntryId(9, 9)),
                var put => new StorageChange(put, ids[random.Next(ids.Length)], Sealed: new byte[random.Next(1, 60)]),
            }).ToArray();
            if (changes[0].Kind == StorageChangeKind.Put && random.Next(5) == 0) changes[0] = changes[0] with { ExpectedRevision = 1 };
            await storage.CommitAsync(changes, None);
            foreach (var id in ids)
            {
                if (random.Next(2) == 0) continue;
                var (known, stored) = (await storage.GetAsync(id, None), await inner.GetAsync(id, None));
                (known?.Revision, known?.Sealed.Length, known?.Folder).ShouldBe((stored?.Revision, stored?.Sealed.Length, stored?.Folder));
            }
        }
    }

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
