using System.Globalization;
using System.Net;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Quotas;

/// <summary>
/// The quotas of a vault: one stored record and a snapshot made from it. The closest one counts: that for the role of a login, the path
/// itself, the longest prefix with a star, the mount, then the one for everything. Requests are counted anew when the server starts.
/// </summary>
internal sealed class QuotaStore(VaultBarrier barrier, TimeProvider time)
{
    /// <summary>The most quotas of a vault, of each type.</summary>
    public const int CountMax = 1000;

    private readonly RecordView<QuotaTable> _record = new(barrier.View("sys/"), QuotaJson.Default.QuotaTable);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Snapshot _now = new(new QuotaTable(), [], []);

    public QuotaTable Table => _now.Table;

    /// <summary>Whether no request is limited.</summary>
    public bool IsEmpty => _now.Limits.Length == 0;

    /// <summary>Whether a limit of requests asks for the role of a login.</summary>
    public bool AsksForRole => Array.Exists(_now.Limits, limit => limit.Entry.Role.Length > 0);

    /// <summary>The limits of leases, with what they have counted.</summary>
    public LeaseLimit[] LeaseLimits => _now.LeaseLimits;

    public async ValueTask LoadAsync(CancellationToken cancellationToken) =>
        Install(await _record.GetOrPutAsync("quotas", new QuotaTable(), cancellationToken));

    /// <summary>Changes the table.</summary>
    public async ValueTask<long> ChangeAsync(Func<QuotaTable, QuotaTable> change, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var stored = await _record.GetAsync("quotas", cancellationToken);
            var changed = change(stored?.Value ?? new QuotaTable());
            if (changed.Limits.Length > CountMax || changed.LeaseLimits.Length > CountMax) throw RequestFields.Invalid($"there are {CountMax} quotas already");
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
    /// <param name="request">The request.</param>
    /// <param name="role">The role that it logs in with, if it is a login.</param>
    public RateState? Take(VaultRequest request, string? role)
    {
        var now = _now;
        if (request.Origin.Address is not { } address || Array.IndexOf(now.Table.Settings.ExemptPaths, request.Path) >= 0) return null;
        return Closest(now.Limits, static limit => limit.Entry, request.Path, role)?.Take(address);
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

    /// <summary>The limit that counts for a path and role, or null.</summary>
    public static T? Closest<T>(T[] limits, Func<T, Quota> quotaOf, string path, string? role) where T : class
    {
        T? best = null;
        var bestRank = -1;
        foreach (var limit in limits)
        {
            var rank = quotaOf(limit).RankOf(path, role);
            if (rank > bestRank) (best, bestRank) = (limit, rank);
        }
        return best;
    }

    private void Install(QuotaTable table)
    {
        var old = _now;
        // A limit that did not change keeps what it has counted. Which leases are a limit's own depends on all the others.
        var rates = Array.ConvertAll(table.Limits, entry => Array.Find(old.Limits, limit => limit.Entry == entry) ?? new RateLimit(entry, time));
        var leases = table.LeaseLimits.AsSpan().SequenceEqual(old.Table.LeaseLimits) ? old.LeaseLimits : Array.ConvertAll(table.LeaseLimits, quota => new LeaseLimit(quota));
        _now = new Snapshot(table, rates, leases);
    }

    private sealed record Snapshot(QuotaTable Table, RateLimit[] Limits, LeaseLimit[] LeaseLimits);
}
