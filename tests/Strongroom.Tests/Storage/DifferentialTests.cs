using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Storage.Memory;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage;

/// <summary>The two storages share no code for commits, so where they agree on random operations both are likely right.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int Operations = 4000;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Random_operations_have_the_same_results_and_the_same_final_state()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("STRONGROOM_TEST_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}: set STRONGROOM_TEST_SEED to repeat");
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        await using var memory = new MemoryStorage();
        var sqlite = SqliteStorage.Create(folder.File("vault.db"));
        var conflicts = 0;
        for (var i = 0; i < Operations; i++)
        {
            switch (random.Next(10))
            {
                case 0:
                    var id = Entry.Id(random.Next(30));
                    Describe(await sqlite.GetAsync(id, None)).ShouldBe(Describe(await memory.GetAsync(id, None)), $"seed {seed}, operation {i}");
                    break;
                case 1:
                    var listed = Entry.Folder(random.Next(4));
                    Describe(await sqlite.ListAsync(listed, None)).ShouldBe(Describe(await memory.ListAsync(listed, None)), $"seed {seed}, operation {i}");
                    break;
                case 2 when random.Next(20) == 0:
                    await sqlite.DisposeAsync();
                    sqlite = SqliteStorage.Open(folder.File("vault.db"));
                    break;
                default:
                    var changes = await Changes(random, memory);
                    var expected = await memory.CommitAsync(changes, None);
                    (await sqlite.CommitAsync(changes, None)).ShouldBe(expected, $"seed {seed}, operation {i}");
                    conflicts += expected.Committed ? 0 : 1;
                    break;
            }
        }
        output.WriteLine($"{conflicts} conflicts");
        conflicts.ShouldBeInRange(Operations / 20, Operations / 2);
        Describe(await All(sqlite)).ShouldBe(Describe(await All(memory)), $"seed {seed}");
        (await sqlite.GetSequenceAsync(None)).ShouldBe(await memory.GetSequenceAsync(None));
        await sqlite.VerifyAsync(None);
        await sqlite.DisposeAsync();
    }

    private static async Task<List<StorageChange>> Changes(Random random, MemoryStorage now)
    {
        var changes = new List<StorageChange>();
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var id = random.Next(30);
            changes.Add(random.Next(6) switch
            {
                0 => Entry.Delete(id, await Expectation(id)),
                1 => Entry.PutIfAbsent(id, Text(), Folder()),
                2 => Entry.DeleteIfEmpty(id, random.Next(4)),
                3 => Entry.Check(id, await Expectation(id)),
                _ => Entry.Put(id, Text(), Folder(), await Expectation(id)),
            });
        }
        return changes;

        string Text() => new((char)('a' + random.Next(26)), random.Next(20) == 0 ? random.Next(9000) : random.Next(60));

        int? Folder() => random.Next(3) == 0 ? null : random.Next(4);

        // Mostly what will hold, now and then what will not; also the number that this commit itself will have.
        async Task<long?> Expectation(int id) => random.Next(8) switch
        {
            0 => random.Next(3),
            1 => await now.GetSequenceAsync(None) + 1,
            < 5 => (await now.GetAsync(Entry.Id(id), None))?.Revision ?? 0,
            _ => null,
        };
    }

    private static async Task<List<StoredEntry>> All(VaultStorage storage)
    {
        var all = new List<StoredEntry>();
        await foreach (var entry in storage.ScanAsync(None))
        {
            all.Add(entry);
        }
        return all;
    }

    private static string Describe(StoredEntry? entry) =>
        entry is { } e ? $"{e.Id} {e.Folder} {e.Revision} {e.Text()}" : "none";

    private static string Describe(IEnumerable<StoredEntry> entries) =>
        string.Join('\n', entries.OrderBy(entry => entry.Id).Select(entry => Describe(entry)));
}
