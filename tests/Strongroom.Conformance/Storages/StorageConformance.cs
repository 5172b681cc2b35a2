using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Conformance.Storages;

/// <summary>
/// Every promise of <see cref="VaultStorage"/>. Inherit it, hand it a factory of empty storages, and the storage is tested.
/// </summary>
public abstract partial class StorageConformance
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>A new and empty storage.</summary>
    protected abstract ValueTask<VaultStorage> CreateAsync();

    [Fact]
    public async Task Get_of_nothing_is_null_and_the_sequence_starts_at_zero()
    {
        await using var storage = await CreateAsync();

        (await storage.GetAsync(Entry.Id(1), None)).ShouldBeNull();
        (await storage.GetAsync(EntryId.None, None)).ShouldBeNull();
        (await storage.ListAsync(Entry.Folder(1), None)).ShouldBeEmpty();
        (await Scan(storage)).ShouldBeEmpty();
        (await storage.GetSequenceAsync(None)).ShouldBe(0);
        await storage.VerifyAsync(None);
    }

    [Fact]
    public async Task Put_stores_bytes_folder_and_revision()
    {
        await using var storage = await CreateAsync();

        var result = await storage.CommitAsync([Entry.Put(1, "a", folder: 7)], None);

        result.Committed.ShouldBeTrue();
        var entry = (await storage.GetAsync(Entry.Id(1), None)).ShouldNotBeNull();
        entry.Id.ShouldBe(Entry.Id(1));
        entry.Folder.ShouldBe(Entry.Folder(7));
        entry.Revision.ShouldBe(result.Sequence);
        entry.Text().ShouldBe("a");
        (await storage.GetSequenceAsync(None)).ShouldBe(result.Sequence);
    }

    [Fact]
    public async Task Put_replaces_bytes_and_moves_between_folders()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "a", folder: 7)], None);
        await storage.CommitAsync([Entry.Put(1, "b", folder: 7)], None);
        (await List(storage, 7)).ShouldBe(["b"]);

        await storage.CommitAsync([Entry.Put(1, "c", folder: 8)], None);
        (await List(storage, 7)).ShouldBeEmpty();
        (await List(storage, 8)).ShouldBe(["c"]);

        await storage.CommitAsync([Entry.Put(1, "d")], None);
        (await List(storage, 8)).ShouldBeEmpty();
        (await storage.GetAsync(Entry.Id(1), None))!.Value.Text().ShouldBe("d");
        await storage.VerifyAsync(None);
    }

    [Fact]
    public async Task Put_of_no_bytes_is_an_entry()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "")], None);

        (await storage.GetAsync(Entry.Id(1), None)).ShouldNotBeNull().Sealed.Length.ShouldBe(0);
        (await storage.CommitAsync([Entry.Put(1, "a", expected: 0)], None)).ConflictIndex.ShouldBe(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(VaultStorage.SealedLengthMax - 1)]
    [InlineData(VaultStorage.SealedLengthMax)]
    public async Task Put_up_to_the_limit_comes_back_unchanged(int length)
    {
        await using var storage = await CreateAsync();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        await storage.CommitAsync([new StorageChange(StorageChangeKind.Put, Entry.Id(1), Sealed: bytes)], None);

        (await storage.GetAsync(Entry.Id(1), None))!.Value.Sealed.ToArray().ShouldBe(bytes);
        await storage.VerifyAsync(None);
    }

    [Theory]
    [InlineData(StorageChangeKind.Put)]
    [InlineData(StorageChangeKind.PutIfAbsent)]
    public async Task Put_over_the_limit_is_refused_and_changes_nothing(StorageChangeKind kind)
    {
        await using var storage = await CreateAsync();
        var bytes = new byte[VaultStorage.SealedLengthMax + 1];

        await ShouldRefuse(storage, Entry.Put(1, "a"), new StorageChange(kind, Entry.Id(2), Sealed: bytes));

        (await Scan(storage)).ShouldBeEmpty();
        (await storage.GetSequenceAsync(None)).ShouldBe(0);
    }

    [Fact]
    public async Task Commit_refuses_changes_that_make_no_sense()
    {
        await using var storage = await CreateAsync();

        await ShouldRefuse(storage, new StorageChange(StorageChangeKind.Put, EntryId.None));
        await ShouldRefuse(storage, new StorageChange((StorageChangeKind)99, Entry.Id(1)));
        await ShouldRefuse(storage, new StorageChange((StorageChangeKind)(-1), Entry.Id(1)));
        await ShouldRefuse(storage, Entry.PutIfAbsent(1, "a") with { ExpectedRevision = 0 });
        await ShouldRefuse(storage, Entry.DeleteIfEmpty(1, 1) with { ExpectedRevision = 1 });
        await ShouldRefuse(storage, Entry.DeleteIfEmpty(1, 1) with { MustBeEmpty = EntryId.None });
    }

    [Fact]
    public async Task List_shows_the_entries_of_one_folder_only()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync(
            [Entry.Put(1, "a", folder: 1), Entry.Put(2, "b", folder: 1), Entry.Put(3, "c", folder: 2), Entry.Put(4, "d")], None);

        (await List(storage, 1)).ShouldBe(["a", "b"]);
        (await List(storage, 2)).ShouldBe(["c"]);
        (await storage.ListAsync(EntryId.None, None)).ShouldBeEmpty();
        (await Scan(storage)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Scan_and_list_show_one_moment()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([.. Enumerable.Range(0, 100).Select(i => Entry.Put(i, "before", folder: 1))], None);
        var listed = await storage.ListAsync(Entry.Folder(1), None);

        var seen = new List<string>();
        await foreach (var entry in storage.ScanAsync(None))
        {
            if (seen.Count == 0)
            {
                await storage.CommitAsync(
                    [.. Enumerable.Range(0, 50).Select(i => Entry.Put(i, "after", folder: 1)), Entry.Delete(60), Entry.Put(200, "new")], None);
            }
            seen.Add(entry.Text());
        }

        seen.ShouldBe(Enumerable.Repeat("before", 100));
        listed.Count.ShouldBe(100);
        listed.ShouldAllBe(entry => entry.Text() == "before");
        (await Scan(storage)).Count.ShouldBe(100);
    }

    [Fact]
    public async Task Scan_that_is_left_early_leaves_the_storage_usable()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "a"), Entry.Put(2, "b")], None);
        await foreach (var _ in storage.ScanAsync(None))
        {
            break;
        }

        (await storage.CommitAsync([Entry.Put(3, "c")], None)).Committed.ShouldBeTrue();
        (await Scan(storage)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Use_after_dispose_is_refused()
    {
        var storage = await CreateAsync();
        await storage.DisposeAsync();
        await storage.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(async () => await storage.GetAsync(Entry.Id(1), None));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await storage.CommitAsync([Entry.Put(1, "a")], None));
    }

    private static async Task ShouldRefuse(VaultStorage storage, params StorageChange[] changes)
    {
        var refusal = await Should.ThrowAsync<SecretException>(async () => await storage.CommitAsync(changes, None));
        refusal.Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    private static async Task<List<string>> List(VaultStorage storage, int folder) =>
        [.. (await storage.ListAsync(Entry.Folder(folder), None)).Select(entry => entry.Text()).Order()];

    private static async Task<Dictionary<EntryId, StoredEntry>> Scan(VaultStorage storage)
    {
        var all = new Dictionary<EntryId, StoredEntry>();
        await foreach (var entry in storage.ScanAsync(None))
        {
            all.Add(entry.Id, entry);
        }
        return all;
    }
}
