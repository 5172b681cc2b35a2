using System.Security.Cryptography;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;

namespace Strongroom.Bench.Storage;

/// <summary>Fills the storage of a vault with entries that nobody asks for, to see what their number costs.</summary>
internal static class Growth
{
    private const int Batch = 1000;
    private const int SealedLength = 200;
    private const int FolderLength = 100;

    public static async Task RunAsync(string path, int count)
    {
        await using var storage = SqliteStorage.Open(path);
        for (var made = 0; made < count; made += Batch)
        {
            var changes = new StorageChange[Math.Min(Batch, count - made)];
            var folder = Random();
            for (var i = 0; i < changes.Length; i++)
            {
                if (i % FolderLength == 0) folder = Random();
                changes[i] = new StorageChange(StorageChangeKind.Put, Random(), folder, RandomNumberGenerator.GetBytes(SealedLength));
            }
            await storage.CommitAsync(changes, CancellationToken.None);
        }
    }

    private static EntryId Random() => EntryId.Read(RandomNumberGenerator.GetBytes(EntryId.Length));
}
