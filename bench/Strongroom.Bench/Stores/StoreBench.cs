using System.Diagnostics;
using System.Globalization;
using System.Net;
using Strongroom.Backends;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Bench.Stores;

/// <summary>What the pipeline of a store behind a network costs, and how many round trips a start takes.</summary>
internal static class StoreBench
{
    private static readonly SecretAddress Address = new("KEY");

    public static async Task RunAsync(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 300_000;
        var backend = new InstantBackend();
        await using var store = new SecretStore("bench", backend);
        Console.WriteLine("| one read | time | allocated |");
        Console.WriteLine("|---|---|---|");
        var (bareTime, bareBytes) = await MeasureAsync(count, () => backend.ReadAsync(Address, default));
        var (time, bytes) = await MeasureAsync(count, () => store.ReadAsync(Address));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the bare backend | {bareTime:0} ns | {bareBytes:0} B |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| through the store (time limits, bulkhead, retries, breaker, tracing) | {time:0} ns | {bytes:0} B |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| **overhead** | **{time - bareTime:0} ns** | **{bytes - bareBytes:0} B** |"));
        Console.WriteLine();
        await RoundTripsAsync();
    }

    private static async Task<(double Nanoseconds, double Bytes)> MeasureAsync(int count, Func<ValueTask<StoredSecret>> read)
    {
        for (var i = 0; i < count / 10; i++) await read();
        var best = double.MaxValue;
        double bytes = 0;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) await read();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;
        }
        return (best, bytes);
    }

    private static async Task RoundTripsAsync()
    {
        const int Secrets = 200;
        var latency = TimeSpan.FromMilliseconds(20);
        Console.WriteLine($"| {Secrets} secrets from a server {latency.TotalMilliseconds} ms away | time | round trips of time |");
        Console.WriteLine("|---|---|---|");
        foreach (var isFirst in (bool[])[true, false])
        {
            var settings = new Dictionary<string, string> { ["address"] = "http://bench.test", ["kv-version"] = "2" };
            var backend = All.Find("vault")!(new BackendSettings(
                "bench", settings, "/", new Dictionary<string, string> { ["VAULT_TOKEN"] = "t" }, TimeProvider.System, () => new SlowKv(latency)));
            await using var store = new SecretStore("bench", backend);
            using var resolver = new Resolver([store], [.. Enumerable.Range(0, Secrets).Select(i => new ResolutionPlan($"NAME{i}", [new("bench", new SecretAddress($"name{i}"))]))]);
            var start = Stopwatch.GetTimestamp();
            using var report = await resolver.ResolveAllAsync();
            var time = Stopwatch.GetElapsedTime(start);
            report.ThrowIfBlocked();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| one secret each in `vault`{(isFirst ? ", with everything cold" : "")} | {time.TotalMilliseconds:0} ms | {time / latency:0.0} |"));
        }
    }

    /// <summary>Answers at once, as a value that is already there.</summary>
    private sealed class InstantBackend : SecretBackend
    {
        private readonly StoredSecret _secret = new(SecretValue.FromText("value").Share());

        public override string Kind => "instant";

        public override BackendCapabilities Capabilities => BackendCapabilities.Read;

        public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken) => new(_secret);
    }

    /// <summary>A KV engine that has every secret and takes its time.</summary>
    private sealed class SlowKv(TimeSpan latency) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(latency, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent("""{"data":{"data":{"value":"v"},"metadata":{"version":1,"created_time":"2026-01-01T00:00:00Z"}}}"""),
            };
        }
    }
}
