using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage.Sqlite;

public sealed class GroupCommitTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();

    private string VaultPath => _folder.File("vault.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lone_caller_commits_in_its_own_thread()
    {
        await using var storage = SqliteStorage.Create(VaultPath);

        var commit = storage.CommitAsync([Entry.Put(1, "a")], None);

        commit.IsCompletedSuccessfully.ShouldBeTrue();
        (await commit).Sequence.ShouldBe(1);
    }

    [Fact]
    public async Task Check_that_holds_for_one_commit_of_a_group_is_asked_again_once_the_entry_changed()
    {
        await using (var storage = SqliteStorage.Create(VaultPath))
        {
            (await storage.CommitAsync([Entry.Put(1, "keyring")], None)).Sequence.ShouldBe(1);
        }
        using var connection = new Connection(VaultPath, immutable: false, new SqliteStorageOptions());
        connection.PrepareToWrite();

        var results = new CommitTransaction(connection, keysVerified: true).Run(
        [
            [Entry.Check(1, 1), Entry.Put(2, "a")],
            [Entry.Check(1, 1), Entry.Put(3, "b")],
            [Entry.Check(1, 2), Entry.Put(4, "never")],
            // Rolled back as a whole, so that the check of the new revision holds for nobody else.
            [Entry.Put(1, "changed"), Entry.Check(1, 4), Entry.Check(2, 99)],
            [Entry.Check(1, 4), Entry.Put(4, "never")],
            [Entry.Check(1, 1), Entry.Put(1, "changed")],
            [Entry.Check(1, 1), Entry.Put(4, "never")],
            [Entry.Check(1, 4), Entry.Delete(1)],
            [Entry.Check(1, 4), Entry.Put(4, "never")],
            [Entry.Check(1, 0), Entry.Put(1, "again")],
        ]);

        results.ShouldBe(
        [
            new(2, -1), new(3, -1), new(0, 0), new(0, 2), new(0, 0), new(4, -1), new(0, 0), new(5, -1), new(0, 0), new(6, -1),
        ]);
    }

    [Fact]
    public async Task Commits_that_wait_share_one_flush_and_keep_their_order_and_their_own_outcome()
    {
        await using var storage = SqliteStorage.Create(VaultPath);
        ValueTask<CommitResult>[] waiting;
        Task<CommitResult> first;
        using (var other = new Connection(VaultPath, immutable: false, new SqliteStorageOptions()))
        {
            // Another process holds the lock, so the first commit blocks in its thread and the rest queue up behind it.
            other.RunOnce("BEGIN IMMEDIATE"u8);
            first = Task.Factory.StartNew(
                () => storage.CommitAsync([Entry.Put(1, "first")], None).AsTask(), TaskCreationOptions.LongRunning).Unwrap();
            await UntilBusy(storage);
            waiting =
            [
                storage.CommitAsync([Entry.Put(2, "a", expected: 0)], None),
                storage.CommitAsync([Entry.Put(2, "b", expected: 0)], None),
                storage.CommitAsync([Entry.Put(3, "x"), Entry.Put(2, "c", expected: 99), Entry.Check(1, 1)], None),
                storage.CommitAsync([Entry.Check(3, 0), Entry.Put(4, "d")], None),
            ];
            waiting.ShouldAllBe(commit => !commit.IsCompleted);
        }

        var results = new List<CommitResult>();
        foreach (var commit in waiting)
        {
            results.Add(await commit);
        }
        (await first).Sequence.ShouldBe(1);
        results.ShouldBe([new CommitResult(2, -1), new CommitResult(0, 0), new CommitResult(0, 1), new CommitResult(3, -1)]);
        (await storage.GetAsync(Entry.Id(2), None)).ShouldNotBeNull().Text().ShouldBe("a");
        (await storage.GetAsync(Entry.Id(3), None)).ShouldBeNull();
        await storage.VerifyAsync(None);
    }

    [Fact]
    public async Task Waiting_commit_is_made_though_its_caller_is_cancelled()
    {
        await using var storage = SqliteStorage.Create(VaultPath);
        using var cancelling = new CancellationTokenSource();
        using (var other = new Connection(VaultPath, immutable: false, new SqliteStorageOptions()))
        {
            other.RunOnce("BEGIN IMMEDIATE"u8);
            _ = Task.Factory.StartNew(
                () => storage.CommitAsync([Entry.Put(1, "first")], None).AsTask(), TaskCreationOptions.LongRunning).Unwrap();
            await UntilBusy(storage);
            var waiting = storage.CommitAsync([Entry.Put(2, "second")], cancelling.Token);
            await cancelling.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);
        }
        await storage.CommitAsync([Entry.Check(1, null)], None);

        (await storage.GetAsync(Entry.Id(2), None)).ShouldNotBeNull().Text().ShouldBe("second");
    }

    [Fact]
    public async Task Groups_are_bounded_and_every_commit_of_a_large_crowd_is_made()
    {
        await using var storage = SqliteStorage.Create(VaultPath);
        var large = new byte[1024 * 1024];

        var results = await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(async () => await storage.CommitAsync(
            [new StorageChange(StorageChangeKind.Put, Entry.Id(i), Sealed: i % 20 == 0 ? large : Entry.Bytes("small"))], None))));

        results.Select(result => result.Sequence).Order().ShouldBe(Enumerable.Range(1, 600).Select(i => (long)i));
    }

    private static async Task UntilBusy(SqliteStorage storage)
    {
        while (!storage.IsCommitting)
        {
            await Task.Yield();
        }
    }
}
