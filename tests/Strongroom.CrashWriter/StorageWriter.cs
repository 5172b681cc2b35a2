using System.Text;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;

namespace Strongroom.CrashWriter;

/// <summary>
/// Several writers, each of which commits again and again: the two halves of a pair that must stay alike, a new entry in a
/// folder, and from time to time the removal of an older one. After each commit it acknowledges "writer step sequence".
/// </summary>
public static class StorageWriter
{
    public const int Writers = 6;
    private const int StepsBetweenDeletions = 5;

    public static EntryId Folder(int writer) => new(0xf01de4, (ulong)writer);

    public static EntryId Half(int writer, int half) => new(0x4a1f + (ulong)half, (ulong)writer);

    // Multiplied, so that neighbours in time lie far apart in the tree, as keyed hashes do.
    public static EntryId Step(int run, int writer, int step) =>
        new((((ulong)run << 40) + ((ulong)writer << 32) + (ulong)step) * 0x9e3779b97f4a7c15, 0x57e9);

    /// <summary>The step that this step removes, or -1.</summary>
    public static int Removed(int step) => step >= StepsBetweenDeletions && step % StepsBetweenDeletions == 0 ? step - StepsBetweenDeletions + 1 : -1;

    public static string Text(int run, int writer, int step) => $"{run}/{writer}/{step}:{new string((char)('a' + (step % 26)), step % 900)}";

    public static async Task RunAsync(string path, int run)
    {
        await using var storage = SqliteStorage.Open(path);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(storage, run, writer))));
    }

    private static async Task WriteAsync(SqliteStorage storage, int run, int writer)
    {
        for (var step = 0; ; step++)
        {
            var bytes = Encoding.ASCII.GetBytes(Text(run, writer, step));
            var changes = new List<StorageChange>
            {
                new(StorageChangeKind.Put, Half(writer, 0), Sealed: bytes),
                new(StorageChangeKind.Put, Step(run, writer, step), Folder(writer), bytes, ExpectedRevision: 0),
                new(StorageChangeKind.Put, Half(writer, 1), Sealed: bytes),
            };
            if (Removed(step) is >= 0 and var removed)
            {
                changes.Add(new StorageChange(StorageChangeKind.Delete, Step(run, writer, removed)));
            }
            var result = await storage.CommitAsync(changes, CancellationToken.None);
            Acknowledgements.Write($"{writer} {step} {result.Sequence}");
        }
    }
}
