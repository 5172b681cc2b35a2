using Shouldly;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Conformance.Storages;

public abstract partial class StorageConformance
{
    [Fact]
    public async Task Commit_numbers_rise_by_one_and_conflicts_take_none()
    {
        await using var storage = await CreateAsync();

        (await storage.CommitAsync([Entry.Put(1, "a")], None)).Sequence.ShouldBe(1);
        (await storage.CommitAsync([Entry.Put(1, "b", expected: 0)], None)).ShouldBe(new CommitResult(0, 0));
        (await storage.CommitAsync([Entry.Delete(5)], None)).Sequence.ShouldBe(2);
        (await storage.CommitAsync([Entry.Check(1, 1)], None)).Sequence.ShouldBe(3);
        (await storage.CommitAsync([], None)).Sequence.ShouldBe(4);
        (await storage.GetSequenceAsync(None)).ShouldBe(4);
        (await storage.GetAsync(Entry.Id(1), None))!.Value.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task Clear_removes_everything_and_what_follows_takes_its_place()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "a"), Entry.Put(2, "b", folder: 1), Entry.Put(3, "c", folder: 1)], None);
        _ = await storage.GetAsync(Entry.Id(3), None);

        var result = await storage.CommitAsync([new(StorageChangeKind.Clear, default), Entry.Put(2, "new", folder: 1)], None);

        result.Committed.ShouldBeTrue();
        (await storage.GetAsync(Entry.Id(1), None)).ShouldBeNull();
        (await storage.GetAsync(Entry.Id(3), None)).ShouldBeNull();
        (await storage.ListAsync(Entry.Folder(1), None)).ShouldHaveSingleItem().Revision.ShouldBe(result.Sequence);
        await storage.VerifyAsync(None);
    }

    [Fact]
    public async Task Clear_in_a_commit_that_conflicts_removes_nothing()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "a"), Entry.Put(2, "b", folder: 1)], None);

        var result = await storage.CommitAsync(
            [new(StorageChangeKind.Clear, default), new(StorageChangeKind.Check, Entry.Id(1), ExpectedRevision: 1)], None);

        result.ShouldBe(new CommitResult(0, 1));
        (await storage.GetAsync(Entry.Id(1), None)).ShouldNotBeNull();
        (await storage.ListAsync(Entry.Folder(1), None)).Count.ShouldBe(1);
        await storage.VerifyAsync(None);
        await ShouldRefuse(storage, new StorageChange(StorageChangeKind.Clear, Entry.Id(1)));
    }

    [Theory]
    [InlineData(StorageChangeKind.Put)]
    [InlineData(StorageChangeKind.Delete)]
    [InlineData(StorageChangeKind.Check)]
    public async Task Expectation_holds_only_at_that_revision(StorageChangeKind kind)
    {
        await using var storage = await CreateAsync();
        var revision = (await storage.CommitAsync([Entry.Put(1, "a")], None)).Sequence;

        foreach (var wrong in new[] { 0, -1, revision + 1, long.MaxValue, long.MinValue })
        {
            (await storage.CommitAsync([Change(1, wrong)], None)).ShouldBe(new CommitResult(0, 0));
        }
        foreach (var wrong in new[] { -1, 1, long.MaxValue })
        {
            (await storage.CommitAsync([Change(2, wrong)], None)).ShouldBe(new CommitResult(0, 0));
        }
        (await storage.GetSequenceAsync(None)).ShouldBe(revision);
        (await storage.CommitAsync([Change(2, 0)], None)).Committed.ShouldBeTrue();
        (await storage.CommitAsync([Change(1, revision)], None)).Committed.ShouldBeTrue();
        (await storage.CommitAsync([Change(1, null)], None)).Committed.ShouldBeTrue();

        StorageChange Change(int id, long? expected) => new(kind, Entry.Id(id), Sealed: Entry.Bytes("b"), ExpectedRevision: expected);
    }

    [Fact]
    public async Task Conflict_anywhere_changes_nothing_and_tells_the_first_index()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "a", folder: 1), Entry.Put(2, "b", folder: 1)], None);
        var before = await Scan(storage);

        var result = await storage.CommitAsync(
            [
                Entry.Put(1, "x", folder: 2), Entry.Delete(2), Entry.PutIfAbsent(3, "y", folder: 3), Entry.Put(4, "z"),
                Entry.Check(1, 77), Entry.Check(1, 78),
            ], None);

        result.ShouldBe(new CommitResult(0, 4));
        (await Scan(storage)).Select(pair => (pair.Key, pair.Value.Revision, pair.Value.Folder, pair.Value.Text()))
            .ShouldBe(before.Select(pair => (pair.Key, pair.Value.Revision, pair.Value.Folder, pair.Value.Text())), ignoreOrder: true);
        (await List(storage, 1)).ShouldBe(["a", "b"]);
        (await List(storage, 2)).ShouldBeEmpty();
        (await storage.GetSequenceAsync(None)).ShouldBe(1);
        await storage.VerifyAsync(None);
    }

    [Fact]
    public async Task Later_changes_see_the_earlier_ones()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "a", folder: 1)], None);

        // Deleted, so absent; put, so at this commit's number; deleted again, so the folder is empty.
        (await storage.CommitAsync([Entry.Delete(1), Entry.Check(1, 0), Entry.Put(1, "b", expected: 0), Entry.Check(1, 2)], None))
            .Sequence.ShouldBe(2);
        (await storage.CommitAsync([Entry.Put(1, "c"), Entry.Put(1, "d", expected: 2)], None)).ConflictIndex.ShouldBe(1);
        (await storage.CommitAsync([Entry.PutIfAbsent(5, "e"), Entry.PutIfAbsent(5, "f")], None)).Committed.ShouldBeTrue();
        (await storage.GetAsync(Entry.Id(5), None))!.Value.Text().ShouldBe("e");
        (await storage.GetAsync(Entry.Id(1), None))!.Value.Text().ShouldBe("b");
    }

    [Fact]
    public async Task PutIfAbsent_writes_once()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.PutIfAbsent(1, "a", folder: 1)], None);
        (await storage.CommitAsync([Entry.PutIfAbsent(1, "b", folder: 2), Entry.Put(2, "c")], None)).Committed.ShouldBeTrue();

        var kept = (await storage.GetAsync(Entry.Id(1), None))!.Value;
        kept.Text().ShouldBe("a");
        kept.Revision.ShouldBe(1);
        kept.Folder.ShouldBe(Entry.Folder(1));
        (await List(storage, 2)).ShouldBeEmpty();
    }

    [Fact]
    public async Task DeleteIfFolderEmpty_removes_markers_bottom_up()
    {
        await using var storage = await CreateAsync();

        // Markers 10 (of folder 1, listed in 0) and 11 (of folder 2, listed in 1); the entries 1 and 2 lie in folder 2.
        await storage.CommitAsync(
            [Entry.PutIfAbsent(10, "m1", folder: 0), Entry.PutIfAbsent(11, "m2", folder: 1), Entry.Put(1, "a", folder: 2), Entry.Put(2, "b", folder: 2)],
            None);

        (await storage.CommitAsync([Entry.Delete(1), Entry.DeleteIfEmpty(11, 2), Entry.DeleteIfEmpty(10, 1)], None)).Committed.ShouldBeTrue();
        (await Scan(storage)).Count.ShouldBe(3);

        (await storage.CommitAsync([Entry.Delete(2), Entry.DeleteIfEmpty(11, 2), Entry.DeleteIfEmpty(10, 1)], None)).Committed.ShouldBeTrue();
        (await Scan(storage)).ShouldBeEmpty();
        (await storage.CommitAsync([Entry.DeleteIfEmpty(11, 2)], None)).Committed.ShouldBeTrue();
        await storage.VerifyAsync(None);
    }

    [Fact]
    public async Task Commit_that_is_already_cancelled_does_nothing()
    {
        await using var storage = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(async () => await storage.CommitAsync([Entry.Put(1, "a")], cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await storage.GetAsync(Entry.Id(1), cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await storage.ListAsync(Entry.Folder(1), cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await storage.GetSequenceAsync(cancelled));

        (await Scan(storage)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Commits_cancelled_while_waiting_happen_whole_or_not_at_all()
    {
        await using var storage = await CreateAsync();
        using var cancelling = new CancellationTokenSource();

        var writers = Enumerable.Range(0, 64).Select(writer => Task.Run(async () =>
        {
            if (writer == 32)
            {
                await cancelling.CancelAsync();
            }
            try
            {
                await storage.CommitAsync([Entry.Put(2 * writer, "half"), Entry.Put((2 * writer) + 1, "half")], cancelling.Token);
            }
            catch (OperationCanceledException)
            {
                // The outcome is unknown; it must be all or nothing.
            }
        }));
        await Task.WhenAll(writers);
        await storage.CommitAsync([Entry.Put(1000, "last")], None);

        var all = await Scan(storage);
        for (var writer = 0; writer < 64; writer++)
        {
            all.ContainsKey(Entry.Id(2 * writer)).ShouldBe(all.ContainsKey(Entry.Id((2 * writer) + 1)));
        }
    }

    [Fact]
    public async Task Concurrent_increments_under_expected_revisions_lose_none()
    {
        await using var storage = await CreateAsync();
        await storage.CommitAsync([Entry.Put(1, "0")], None);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var seen = (await storage.GetAsync(Entry.Id(1), None))!.Value;
                var next = (int.Parse(seen.Text()) + 1).ToString();
                done += (await storage.CommitAsync([Entry.Put(1, next, expected: seen.Revision)], None)).Committed ? 1 : 0;
            }
        })));

        (await storage.GetAsync(Entry.Id(1), None))!.Value.Text().ShouldBe("200");
        (await storage.GetSequenceAsync(None)).ShouldBe(201);
    }

    [Fact]
    public async Task Concurrent_commits_each_have_their_own_number_and_readers_see_them_whole()
    {
        await using var storage = await CreateAsync();
        using var done = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var texts = (await storage.ListAsync(Entry.Folder(1), None)).Select(entry => entry.Text()).ToList();
                (texts.Count is 0 or 2).ShouldBeTrue();
                texts.Distinct().Count().ShouldBeLessThanOrEqualTo(1);
            }
        });

        var numbers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            (await storage.CommitAsync([Entry.Put(1, $"{i}", folder: 1), Entry.Put(2, $"{i}", folder: 1)], None)).Sequence)));
        await done.CancelAsync();
        await reader;

        numbers.Order().ShouldBe(Enumerable.Range(1, 200).Select(i => (long)i));
        await storage.VerifyAsync(None);
    }
}
