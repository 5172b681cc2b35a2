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
        var path = _folder.File("many.db");
        await using (var storage = SqliteStorage.Create(path))
        {
            for (var i = 0; i < 20; i++) await storage.CommitAsync([.. Enumerable.Range(i * 1000, 1000).Select(id => Entry.Put(id, "x", folder: id % 7))], None);
        }
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
