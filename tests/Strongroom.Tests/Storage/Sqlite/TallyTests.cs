using System.Text;
using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Xunit;

namespace Strongroom.Tests.Storage.Sqlite;

/// <summary>Changes to rows that SQLite itself finds in order.</summary>
public sealed class TallyTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("DELETE FROM entry WHERE sealed = CAST('one' AS BLOB)")]
    [InlineData("UPDATE entry SET id = zeroblob(16) WHERE sealed = CAST('one' AS BLOB)")]
    [InlineData("UPDATE entry SET id = CAST(id AS TEXT) WHERE sealed = CAST('one' AS BLOB)")]
    [InlineData("UPDATE entry SET folder = zeroblob(16) WHERE sealed = CAST('two' AS BLOB)")]
    [InlineData("UPDATE entry SET folder = NULL WHERE sealed = CAST('two' AS BLOB)")]
    [InlineData("UPDATE entry SET folder = CAST(folder AS TEXT) WHERE sealed = CAST('two' AS BLOB)")]
    [InlineData("UPDATE entry SET revision = 7 WHERE sealed = CAST('two' AS BLOB)")]
    [InlineData("INSERT INTO entry SELECT zeroblob(16), folder, revision, checksum, sealed FROM entry LIMIT 1")]
    [InlineData("UPDATE tally SET entries = entries + 1, checksum = checksum")]
    [InlineData("UPDATE tally SET sequence = sequence + 1")]
    [InlineData("UPDATE tally SET digest = zeroblob(16)")]
    [InlineData("DELETE FROM tally")]
    [InlineData("DROP TABLE tally")]
    [InlineData("DROP INDEX entry_folder")]
    public async Task Changed_keys_are_damage_at_the_first_miss_list_scan_and_commit(string sql)
    {
        var path = await MakeAsync(sql);

        await ShouldBeCorrupt(path, async storage => await storage.GetAsync(Entry.Id(99), None));
        await ShouldBeCorrupt(path, async storage => await storage.ListAsync(Entry.Folder(1), None));
        await ShouldBeCorrupt(path, async storage => await storage.VerifyAsync(None));
        await ShouldBeCorrupt(path, async storage => await storage.CommitAsync([Entry.Put(99, "new", expected: 0)], None));
        await ShouldBeCorrupt(path, async storage => await storage.CommitAsync([Entry.Delete(3), Entry.DeleteIfEmpty(3, 55)], None));
        await ShouldBeCorrupt(path, async storage =>
        {
            await foreach (var _ in storage.ScanAsync(None))
            {
                // Nothing is shown before the keys are found in order.
                throw new InvalidOperationException("an entry of a damaged file was shown");
            }
        });
    }

    [Theory]
    [InlineData("UPDATE entry SET sealed = CAST('ONE' AS BLOB) WHERE sealed = CAST('one' AS BLOB)")]
    [InlineData("UPDATE entry SET checksum = checksum + 1 WHERE sealed = CAST('one' AS BLOB)")]
    [InlineData("UPDATE entry SET revision = 7 WHERE sealed = CAST('one' AS BLOB)")]
    public async Task Changed_entry_is_damage_when_it_is_read_or_conflicts(string sql)
    {
        var path = await MakeAsync(sql);

        await ShouldBeCorrupt(path, async storage => await storage.GetAsync(Entry.Id(1), None));
        await ShouldBeCorrupt(path, async storage => await storage.VerifyAsync(None));
        await ShouldBeCorrupt(path, async storage => await storage.CommitAsync([Entry.Put(1, "new", expected: 2)], None));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(8_191)]
    [InlineData(8_192)]
    [InlineData(16_384)]
    [InlineData(19_999)]
    public async Task Changed_key_among_many_is_damage_wherever_it_lies(int place)
    {
        var path = await MakeManyAsync();
        Change(path, $"UPDATE entry SET revision = 77 WHERE id = (SELECT id FROM entry ORDER BY id LIMIT 1 OFFSET {place}) AND {place} >= 0");

        if (place >= 0)
        {
            await ShouldBeCorrupt(path, async storage => await storage.GetAsync(Entry.Id(99_999), None));
            return;
        }
        await using var whole = SqliteStorage.Open(path);
        (await whole.GetAsync(Entry.Id(99_999), None)).ShouldBeNull();
    }

    [Fact]
    public async Task Damage_to_one_entry_leaves_the_others_readable()
    {
        var path = await MakeAsync("UPDATE entry SET sealed = CAST('ONE' AS BLOB) WHERE sealed = CAST('one' AS BLOB)");
        await using var storage = SqliteStorage.Open(path);

        (await storage.GetAsync(Entry.Id(2), None)).ShouldNotBeNull().Text().ShouldBe("two");
    }

    [Theory]
    [InlineData("DELETE FROM entry WHERE sealed = CAST('one' AS BLOB)")]
    [InlineData("UPDATE tally SET digest = zeroblob(16)")]
    [InlineData("DROP INDEX entry_folder")]
    public async Task Damage_found_beside_the_calls_is_told_to_whoever_needs_an_absence_and_to_no_other(string sql)
    {
        var path = await MakeAsync(sql);
        await using var storage = SqliteStorage.Open(path, new SqliteStorageOptions { VerifiesAtOpening = true });

        (await storage.GetAsync(Entry.Id(2), None)).ShouldNotBeNull();
        (await storage.PeekAsync(Entry.Id(99), None)).ShouldBeNull();
        Func<Task>[] needing =
        [
            async () => await storage.GetAsync(Entry.Id(1), None), async () => await storage.GetAsync(Entry.Id(99), None), async () => await storage.ListAsync(Entry.Folder(1), None),
            async () => await storage.CommitAsync([Entry.Put(99, "new", expected: 0)], None), () => storage.Verified,
        ];
        if (sql.StartsWith("DELETE", StringComparison.Ordinal)) needing = [.. needing, .. needing];
        else needing = needing[1..];
        foreach (var act in needing) (await Should.ThrowAsync<SecretException>(act)).Kind.ShouldBe(SecretErrorKind.Corrupt);
        (await storage.GetAsync(Entry.Id(2), None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Commits_and_reads_meet_a_whole_file_while_it_is_verified_beside_them()
    {
        var path = await MakeManyAsync();
        for (var round = 0; round < 10; round++)
        {
            await using var storage = SqliteStorage.Open(path, new SqliteStorageOptions { VerifiesAtOpening = true });
            var absent = storage.GetAsync(Entry.Id(99_999), None);
            var listed = storage.ListAsync(Entry.Folder(1), None);
            var written = storage.CommitAsync([Entry.Put(30_000 + round, "new", expected: 0)], None);
            await using (var other = SqliteStorage.Open(path)) await other.CommitAsync([Entry.Put(40_000 + round, "other", expected: 0)], None);
            (await storage.GetAsync(Entry.Id(1), None)).ShouldNotBeNull();
            (await absent).ShouldBeNull();
            (await listed).Count.ShouldBe(Enumerable.Range(0, 20_000).Count(id => id % 7 == 1));
            (await written).Committed.ShouldBeTrue();
            await storage.Verified;
        }
    }

    [Fact]
    public async Task Closing_ends_a_verification_and_who_waits_for_it()
    {
        var path = await MakeManyAsync();
        for (var round = 0; round < 20; round++)
        {
            var storage = SqliteStorage.Open(path, new SqliteStorageOptions { VerifiesAtOpening = true });
            var verified = storage.Verified;
            await storage.DisposeAsync();
            verified.IsCompleted.ShouldBeTrue();
            if (!verified.IsCompletedSuccessfully) await Should.ThrowAsync<ObjectDisposedException>(verified);
        }
    }

    private async Task<string> MakeManyAsync()
    {
        var path = _folder.File("many.db");
        await using var storage = SqliteStorage.Create(path);
        for (var i = 0; i < 20; i++) await storage.CommitAsync([.. Enumerable.Range(i * 1000, 1000).Select(id => Entry.Put(id, "x", folder: id % 7))], None);
        return path;
    }

    private async Task<string> MakeAsync(string sql)
    {
        var path = _folder.File("vault.db");
        await using (var storage = SqliteStorage.Create(path))
        {
            await storage.CommitAsync([Entry.Put(1, "one"), Entry.Put(2, "two", folder: 1), Entry.Put(3, "three")], None);
        }
        Change(path, sql);
        return path;
    }

    private static void Change(string path, string sql)
    {
        using var connection = new Connection(path, immutable: false, new SqliteStorageOptions());
        connection.RunOnce(Encoding.UTF8.GetBytes(sql));
    }

    private static async Task ShouldBeCorrupt(string path, Func<SqliteStorage, Task> act)
    {
        await using var storage = SqliteStorage.Open(path);
        (await Should.ThrowAsync<SecretException>(() => act(storage))).Kind.ShouldBe(SecretErrorKind.Corrupt);
    }
}
