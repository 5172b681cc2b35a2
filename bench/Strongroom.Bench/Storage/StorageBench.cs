using System.Diagnostics;
using System.Globalization;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;

namespace Strongroom.Bench.Storage;

/// <summary>
/// Durable commits per second: the disk's flushes, bare SQLite that commits the same rows in groups, and our storage with 1, 8
/// and 64 writers. The measurements alternate in rounds and the median of each is taken, so that a disk whose speed wanders
/// disturbs the ratios little.
/// </summary>
internal static class StorageBench
{
    private const int Rounds = 5;
    private static readonly int[] Sizes = [1, 8, 64];

    public static async Task RunAsync(string[] arguments)
    {
        var seconds = arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 1;
        var parent = arguments.Length > 1 ? arguments[1] : Directory.GetCurrentDirectory();
        var duration = TimeSpan.FromSeconds(seconds);
        var measurements = new List<(string Name, Func<string, Task<double>> Measure)>
        {
            ("disk: append 4 KiB and flush", folder => Task.FromResult(DiskFlush.Measure(folder, duration))),
        };
        foreach (var size in Sizes)
        {
            measurements.Add(($"bare SQLite, groups of {size}", folder => Task.FromResult(BareSqlite.Measure(folder, size, duration))));
            measurements.Add(($"Strongroom, {size} writers", folder => MeasureStorageAsync(folder, size, duration)));
        }

        var rates = measurements.ConvertAll(_ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < measurements.Count; i++)
            {
                var folder = Directory.CreateDirectory(Path.Combine(parent, "bench-storage"));
                rates[i].Add(await measurements[i].Measure(folder.FullName));
                folder.Delete(recursive: true);
            }
        }
        Print([.. measurements.Select(measurement => measurement.Name)], [.. rates.Select(Median)]);
        await PrintOpeningAsync(parent);
    }

    // What a command line pays beside the start of its runtime, once the code is compiled.
    private static async Task PrintOpeningAsync(string parent)
    {
        const int Entries = 150;
        var folder = Directory.CreateDirectory(Path.Combine(parent, "bench-storage"));
        var path = Path.Combine(folder.FullName, "vault.db");
        var rows = new Rows();
        StorageChange[] changes = [.. Enumerable.Range(0, Entries).Select(_ => rows.Next())];
        await using (var storage = SqliteStorage.Create(path))
        {
            await storage.CommitAsync(changes, CancellationToken.None);
        }
        var times = new List<double>();
        for (var i = 0; i < 300; i++)
        {
            var watch = Stopwatch.StartNew();
            await using (var storage = SqliteStorage.Open(path))
            {
                foreach (var change in changes.AsSpan(0, 50))
                {
                    _ = storage.GetAsync(change.Id, CancellationToken.None).Result;
                }
            }
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        folder.Delete(recursive: true);
        Console.WriteLine($"\nOpen a storage of {Entries} entries, read 50, close: {Median(times):F2} ms.");
    }

    internal static async Task<double> MeasureStorageAsync(string folder, int writers, TimeSpan duration)
    {
        await using var storage = SqliteStorage.Create(Path.Combine(folder, "vault.db"));
        var rows = new Rows();
        await storage.CommitAsync([rows.Next()], CancellationToken.None);
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var own = new Rows(writer);
            var count = 0;
            for (; watch.Elapsed < duration; count++)
            {
                await storage.CommitAsync([own.Next()], CancellationToken.None);
            }
            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static void Print(string[] names, double[] rates)
    {
        Console.WriteLine($"Median of {Rounds} rounds; one commit = one new entry of {Rows.SealedLength} bytes, durable. {Environment.ProcessorCount} cores.\n");
        Console.WriteLine("| | commits/s | of the disk's flushes | of bare SQLite in groups of that size | of one writer |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        for (var i = 0; i < names.Length; i++)
        {
            var isOurs = names[i].StartsWith("Strongroom", StringComparison.Ordinal);
            var ofBare = isOurs ? $"{100 * rates[i] / rates[i - 1]:F0} %" : "";
            var ofOne = isOurs ? $"{rates[i] / rates[2]:F2} ×" : "";
            Console.WriteLine($"| {names[i]} | {rates[i]:N0} | {rates[i] / rates[0]:F2} × | {ofBare} | {ofOne} |");
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
