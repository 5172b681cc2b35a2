using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Strongroom.Bench.Storage;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Bench.Vault;

/// <summary>
/// Durable puts per second through the whole vault, audit included, with 1, 8 and 64 writers, against the storage alone and the flushes of
/// the disk; then how long opening a vault and reading 50 secrets takes. The measurements alternate in rounds and the median counts.
/// </summary>
internal static class VaultBench
{
    private const int Rounds = 5;
    private const int SecretsRead = 50;
    private const int SecretsStored = 150;
    private static readonly int[] Sizes = [1, 8, 64];
    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunAsync(string[] arguments)
    {
        var duration = TimeSpan.FromSeconds(arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 1);
        var parent = arguments.Length > 1 ? arguments[1] : Directory.GetCurrentDirectory();
        var flushes = new List<double>();
        var storage = Array.ConvertAll(Sizes, _ => new List<double>());
        var vault = Array.ConvertAll(Sizes, _ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            flushes.Add(await InFolderAsync(parent, folder => Task.FromResult(DiskFlush.Measure(folder, duration))));
            for (var i = 0; i < Sizes.Length; i++)
            {
                var writers = Sizes[i];
                storage[i].Add(await InFolderAsync(parent, folder => StorageBench.MeasureStorageAsync(folder, writers, duration)));
                vault[i].Add(await InFolderAsync(parent, folder => MeasurePutsAsync(folder, writers, duration)));
            }
        }
        Console.WriteLine($"Median of {Rounds} rounds; one put = intent flushed, commit flushed, outcome. {Environment.ProcessorCount} cores.\n");
        Console.WriteLine("| writers | puts/s | of the disk's flushes | of the storage alone | of one writer |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        for (var i = 0; i < Sizes.Length; i++)
        {
            var rate = Median(vault[i]);
            Console.WriteLine(
                $"| {Sizes[i]} | {rate:N0} | {rate / Median(flushes):F2} × | {rate / Median(storage[i]):P0} | {rate / Median(vault[0]):F1} × |");
        }
        Console.WriteLine();
        await InFolderAsync(parent, PrintOpeningAsync);
    }

    private static async Task<double> MeasurePutsAsync(string folder, int writers, TimeSpan duration)
    {
        await using var vault = await CreateAsync(folder);
        using var value = SecretValue.FromText("a value of usual length, 40 characters..");
        var fields = new SecretFields().Set("value", value);
        await vault.PutAsync("development/first", fields, expectedVersion: null, None);
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < duration; count++) await vault.PutAsync($"development/writer{writer}/key{count}", fields, expectedVersion: null, None);
            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> PrintOpeningAsync(string folder)
    {
        using (var value = SecretValue.FromText("a value of usual length, 40 characters.."))
        await using (var vault = await CreateAsync(folder))
        {
            for (var i = 0; i < SecretsStored; i++) await vault.PutAsync($"development/KEY_{i}", new SecretFields().Set("value", value), null, None);
        }
        SecretAddress[] addresses = [.. Enumerable.Range(0, SecretsRead).Select(i => new SecretAddress($"development/KEY_{i}"))];
        var (openings, readings, closings) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < 300; i++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            var options = Options(folder);
            using var seal = KeyFileSeal.Open(Path.Combine(folder, "vault.key"), options.Random);
            var vault = await EmbeddedVault.OpenAsync(SqliteStorage.Open(Path.Combine(folder, "vault.db")), seal, options, None);
            var openedAt = Stopwatch.GetTimestamp();
            foreach (var outcome in await new EmbeddedVaultBackend(vault).ReadManyAsync(addresses, None)) outcome.Secret!.Value.Dispose();
            var readAt = Stopwatch.GetTimestamp();
            await vault.DisposeAsync();
            openings.Add(Stopwatch.GetElapsedTime(startedAt, openedAt).TotalMilliseconds);
            readings.Add(Stopwatch.GetElapsedTime(openedAt, readAt).TotalMilliseconds);
            closings.Add(Stopwatch.GetElapsedTime(readAt).TotalMilliseconds);
        }
        Console.WriteLine(
            $"A vault of {SecretsStored} secrets, warm: open {Median(openings):F2} ms, read {SecretsRead} {Median(readings):F2} ms, close {Median(closings):F2} ms.");
        return 0;
    }

    private static async Task<EmbeddedVault> CreateAsync(string folder)
    {
        var options = Options(folder);
        using var seal = KeyFileSeal.Create(Path.Combine(folder, "vault.key"), options.Random);
        Span<byte> id = stackalloc byte[16];
        RandomNumberGenerator.Fill(id);
        return await EmbeddedVault.CreateAsync(SqliteStorage.Create(Path.Combine(folder, "vault.db")), seal, new Guid(id), options, None);
    }

    private static EmbeddedVaultOptions Options(string folder) => new() { AuditPath = Path.Combine(folder, "audit.log") };

    private static async Task<double> InFolderAsync(string parent, Func<string, Task<double>> measure)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, "bench-vault"));
        try
        {
            return await measure(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
