using Strongroom.Conformance.Storages;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Storage.Sqlite;

/// <summary>
/// A small storage with everything in it that can break: folders, unlisted entries, entries of several pages, replaced, moved and
/// removed ones. Its files are kept as bytes, together with what was stored after each commit.
/// </summary>
internal sealed class SampleFile
{
    private const int Commits = 40;
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The state after each commit; the index is the sequence.</summary>
    public List<Dictionary<EntryId, StoredEntry>> States { get; } = [[]];

    /// <summary>The file after a clean close: everything is in it.</summary>
    public byte[] Closed { get; private set; } = [];

    /// <summary>The file and its log while a process has it open: the later half of the commits is in the log only.</summary>
    public (byte[] File, byte[] Log) Open { get; private set; }

    public static async Task<SampleFile> MakeAsync()
    {
        var sample = new SampleFile();
        using var folder = new TemporaryFolder();
        var path = folder.File("vault.db");
        await SqliteStorage.Create(path).DisposeAsync();
        await using (var storage = SqliteStorage.Open(path))
        {
            await sample.WriteAsync(storage, Commits / 2);
        }
        await using (var storage = SqliteStorage.Open(path))
        {
            await sample.WriteAsync(storage, Commits / 2);
            sample.Open = (File.ReadAllBytes(path), File.ReadAllBytes(path + "-wal"));
        }
        sample.Closed = File.ReadAllBytes(path);
        return sample;
    }

    private async Task WriteAsync(SqliteStorage storage, int commits)
    {
        for (var i = 0; i < commits; i++)
        {
            var number = States.Count;
            var result = await storage.CommitAsync(
                [
                    Entry.Put(number, new string('v', number * 7), folder: number % 5),
                    Entry.Put(100 + number, $"unlisted {number}"),
                    Entry.Put(200 + (number % 7), $"replaced and moved {number}", folder: number % 3),
                    Entry.Delete(number - 11),
                    Entry.Put(300 + (number % 4), new string('l', (number % 6) * 2000)),
                ], None);
            var state = new Dictionary<EntryId, StoredEntry>();
            await foreach (var entry in storage.ScanAsync(None))
            {
                state.Add(entry.Id, entry);
            }
            States.Add(state);
            if (result.Sequence != States.Count - 1)
            {
                throw new InvalidOperationException("the sample counts on numbers that rise by one");
            }
        }
    }
}
