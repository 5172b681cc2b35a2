using System.Globalization;
using System.Net;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Quotas;

/// <summary>
/// The rate limits of a vault: one stored record and a snapshot made from it. The closest limit counts: the path itself, the longest
/// prefix with a star, the mount, then the one for everything. Counting is each server's own and starts over when it starts.
/// </summary>
internal sealed class QuotaStore(VaultBarrier barrier, TimeProvider time)
{
    /// <summary>The most limits of a vault.</summary>
    public const int CountMax = 1000;

    private readonly RecordView<QuotaTable> _record = new(barrier.View("sys/"), QuotaJson.Default.QuotaTable);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Snapshot _now = new(new QuotaTable(), []);

    public QuotaTable Table => _now.Table;

    /// <summary>Whether there is no limit at all.</summary>
    public bool IsEmpty => _now.Limits.Length == 0;

    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (await _record.GetAsync("quotas", cancellationToken) is { } stored) Install(stored.Value);
    }

    /// <summary>Changes the table.</summary>
    public async ValueTask<long> ChangeAsync(Func<QuotaTable, QuotaTable> change, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var stored = await _record.GetAsync("quotas", cancellationToken);
            var changed = change(stored?.Value ?? new QuotaTable());
            if (changed.Limits.Length > CountMax) throw RequestFields.Invalid($"there are {CountMax} rate limits already");
            var sequence = await context.CommitAsync(commit => _record.Put(commit, "quotas", changed, stored?.Revision ?? 0), cancellationToken);
            Install(changed);
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Counts a request; null when no limit is about it.</summary>
    public RateState? Take(VaultRequest request)
    {
        var now = _now;
        if (request.Origin.Address is not { } address || Array.IndexOf(now.Table.Settings.ExemptPaths, request.Path) >= 0) return null;
        return Closest(now.Limits, request.Path)?.Take(address);
    }

    /// <summary>What an answer tells about a limit, when it is set to.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers(RateState state)
    {
        var headers = new List<KeyValuePair<string, string>>();
        var reset = Text((long)state.Reset.TotalSeconds);
        if (!state.IsAllowed) headers.Add(new("Retry-After", reset));
        if (!Table.Settings.ResponseHeaders) return headers;
        headers.Add(new("X-Ratelimit-Limit", Text(state.Limit)));
        headers.Add(new("X-Ratelimit-Remaining", Text(state.Remaining)));
        headers.Add(new("X-Ratelimit-Reset", reset));
        return headers;

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The answer to a request beyond its limit: 429, as Vault words it.</summary>
    public VaultResponse Refuse(VaultRequest request, RateState state)
    {
        var body = new SecretBuffer(128);
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors"u8);
            writer.WriteStringValue($"request path \"{request.Path}\": rate limit quota exceeded");
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        var response = VaultResponse.Bare(body, "application/json");
        response.StatusCode = (int)HttpStatusCode.TooManyRequests;
        response.Headers = Headers(state);
        return response;
    }

    private void Install(QuotaTable table)
    {
        // A limit that did not change keeps what it has counted.
        var old = _now.Limits;
        _now = new Snapshot(table, Array.ConvertAll(table.Limits, entry => Array.Find(old, limit => limit.Entry == entry) ?? new RateLimit(entry, time)));
    }

    private static RateLimit? Closest(RateLimit[] limits, string path)
    {
        RateLimit? best = null;
        var bestRank = -1;
        foreach (var limit in limits)
        {
            var rank = Rank(limit.Entry.Path, path);
            if (rank > bestRank) (best, bestRank) = (limit, rank);
        }
        return best;
    }

    /// <summary>How close a limit is to a path: -1 when it is not about it.</summary>
    private static int Rank(string limited, string path)
    {
        const int exact = 1_000_000;
        if (limited.Length == 0) return 0;
        if (string.Equals(limited, path, StringComparison.Ordinal)) return exact;
        if (limited[^1] == '*') return path.AsSpan().StartsWith(limited.AsSpan(0, limited.Length - 1), StringComparison.Ordinal) ? limited.Length : -1;
        return limited[^1] == '/' && path.StartsWith(limited, StringComparison.Ordinal) ? limited.Length : -1;
    }

    private sealed record Snapshot(QuotaTable Table, RateLimit[] Limits);
}
