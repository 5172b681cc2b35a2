using System.Globalization;
using System.Text;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;

namespace Strongroom.CrashWriter;

/// <summary>Adds one to a shared counter, many times, each under the revision that it read; tries again when somebody was faster.</summary>
public static class Incrementer
{
    public static readonly EntryId Counter = new(0, 77);

    public static async Task RunAsync(string path, int count)
    {
        await using var storage = SqliteStorage.Open(path);
        Acknowledgements.Write("ready");
        var conflicts = 0;
        for (var done = 0; done < count;)
        {
            var seen = await storage.GetAsync(Counter, CancellationToken.None);
            var value = seen is { } entry ? int.Parse(Encoding.ASCII.GetString(entry.Sealed.Span), CultureInfo.InvariantCulture) : 0;
            var change = new StorageChange(
                StorageChangeKind.Put, Counter, Sealed: Encoding.ASCII.GetBytes($"{value + 1}"), ExpectedRevision: seen?.Revision ?? 0);
            if ((await storage.CommitAsync([change], CancellationToken.None)).Committed)
            {
                done++;
            }
            else
            {
                conflicts++;
            }
        }
        Acknowledgements.Write($"{conflicts}");
    }
}
