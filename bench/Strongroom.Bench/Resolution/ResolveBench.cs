using System.Diagnostics;
using Strongroom.Caching;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Bench.Resolution;

/// <summary>What one resolve costs in process: from the short way, through the cache, and without a cache.</summary>
internal static class ResolveBench
{
    private const int Rounds = 7;

    public static async Task RunAsync(string[] args)
    {
        var count = args is [var text, ..] ? int.Parse(text) : 2_000_000;
        var names = Enumerable.Range(0, 50).Select(i => $"NAME_{i}").ToArray();
        ResolutionPlan[] plans = [.. names.Select(n => new ResolutionPlan(n, [new("remote", new SecretAddress(n))]))];
        await using var store = new SecretStore("remote", new InstantBackend(isLocal: false), new StoreOptions { Traces = false });
        await using var local = new SecretStore("remote", new InstantBackend(isLocal: true));
        using var cached = new Resolver([store], plans);
        using var direct = new Resolver([local], plans);
        foreach (var name in names) await cached.ResolveAsync(name);

        Console.WriteLine("| one resolve | ns (best of 7) | bytes allocated |");
        Console.WriteLine("|---|---:|---:|");
        Measure("cached", count, i => cached.ResolveAsync(names[i % 50]));
        Measure("cached, offline (past the short way)", count / 100, i => cached.ResolveAsync(names[i % 50], CacheMode.Offline));
        Measure("local store, no cache", count / 100, i => direct.ResolveAsync(names[i % 50]));
        await MeasureBatchAsync(direct, count / 10_000);
    }

    private static void Measure(string what, int count, Func<int, ValueTask<ResolvedSecret>> resolve)
    {
        var best = double.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var startedAt = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                var task = resolve(i);
                if (!task.IsCompletedSuccessfully) throw new InvalidOperationException("The resolve was not finished at once.");
                _ = task.Result;
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds / count);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        }
        Console.WriteLine($"| {what} | {best:0.0} | {allocated} |");
    }

    private static async Task MeasureBatchAsync(Resolver resolver, int count)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) (await resolver.ResolveAllAsync()).Dispose();
            best = Math.Min(best, Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds / count);
        }
        Console.WriteLine($"| batch of 50 from a local store, whole batch | {best:0} | |");
    }

    private sealed class InstantBackend(bool isLocal) : SecretBackend
    {
        public override string Kind => "instant";

        public override BackendCapabilities Capabilities => BackendCapabilities.Read;

        public override bool IsLocal => isLocal;

        public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken) =>
            new(new StoredSecret(SecretValue.FromText("a value of usual length, 40 characters..")));
    }
}
