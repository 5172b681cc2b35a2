using System.Collections.Concurrent;

namespace Strongroom.Vault.Requests;

/// <summary>Counts requests and how long they took, by operation and type of engine. Safe for concurrent use; counting allocates nothing.</summary>
internal sealed class RequestMetrics
{
    /// <summary>Upper bounds of the histogram, in milliseconds.</summary>
    public static readonly double[] Bounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 5000];

    private readonly ConcurrentDictionary<(VaultOperation Operation, string Type), RequestSeries> _series = new();

    public IEnumerable<KeyValuePair<(VaultOperation Operation, string Type), RequestSeries>> All => _series;

    public void Count(VaultOperation operation, string type, TimeSpan elapsed, bool failed) =>
        _series.GetOrAdd((operation, type), static _ => new RequestSeries()).Add(elapsed, failed);
}

/// <summary>The counts of one operation on one type of engine.</summary>
internal sealed class RequestSeries
{
    private readonly long[] _buckets = new long[RequestMetrics.Bounds.Length + 1];
    private long _ticks;
    private long _failed;

    public double SumMilliseconds => TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalMilliseconds;

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Requests up to each bound, and the last of all.</summary>
    public long[] Cumulated()
    {
        var counts = new long[_buckets.Length];
        var sum = 0L;
        for (var i = 0; i < counts.Length; i++) counts[i] = sum += Interlocked.Read(ref _buckets[i]);
        return counts;
    }

    public void Add(TimeSpan elapsed, bool failed)
    {
        var milliseconds = elapsed.TotalMilliseconds;
        var at = 0;
        while (at < RequestMetrics.Bounds.Length && milliseconds > RequestMetrics.Bounds[at]) at++;
        Interlocked.Increment(ref _buckets[at]);
        Interlocked.Add(ref _ticks, elapsed.Ticks);
        if (failed) Interlocked.Increment(ref _failed);
    }
}
