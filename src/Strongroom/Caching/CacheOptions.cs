using Strongroom.Stores;

namespace Strongroom.Caching;

/// <summary>How long the answers of one store are kept in memory. Faults are reported all at once when the resolver is built.</summary>
public sealed record CacheOptions
{
    /// <summary>No cache.</summary>
    public static CacheOptions Off { get; } = new() { Ttl = TimeSpan.Zero, StaleMax = TimeSpan.Zero };

    /// <summary>How long a value is given out without asking again, 5 minutes by default. Zero turns the cache off.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The ceiling: how old a value may be that is given out because the store is unreachable or throttles, 1 hour by default.
    /// Nothing older is ever given out. Zero means that a value past its time is not given out at all.
    /// </summary>
    public TimeSpan StaleMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a stale value serves before the store is asked again, 5 seconds by default.</summary>
    public TimeSpan StaleRecheck { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How old a value of an earlier process may be that this one takes from the disk cache without asking the store; zero, the default,
    /// always asks. For commands that start often: a store behind a network then costs them nothing.
    /// </summary>
    public TimeSpan Reuse { get; init; } = TimeSpan.Zero;

    /// <summary>How long it is remembered that a secret is not there; zero, the default, means not at all. At most a minute.</summary>
    public TimeSpan NegativeTtl { get; init; } = TimeSpan.Zero;

    /// <summary>How many answers are kept for one store, 10,000 by default. The ones fetched longest ago go first.</summary>
    public int EntriesMax { get; init; } = 10_000;

    /// <summary>How many bytes of values are kept for one store, 64 MiB by default.</summary>
    public long BytesMax { get; init; } = 64L << 20;

    internal void Validate()
    {
        var day = TimeSpan.FromDays(1);
        var faults = new OptionFaults("cache");
        faults.Check(Ttl >= TimeSpan.Zero && Ttl <= day, "ttl must be 0 to a day");
        faults.Check(StaleMax == TimeSpan.Zero || (StaleMax >= Ttl && StaleMax <= 7 * day), "staleMax must be 0, or at least ttl and at most 7 days");
        faults.Check(StaleRecheck >= TimeSpan.Zero && StaleRecheck <= day, "staleRecheck must be 0 to a day");
        faults.Check(Reuse >= TimeSpan.Zero && Reuse <= day, "reuse must be 0 to a day");
        faults.Check(NegativeTtl >= TimeSpan.Zero && NegativeTtl <= TimeSpan.FromMinutes(1), "negativeTtl must be 0 to a minute");
        faults.Check(EntriesMax is >= 1 and <= 1_000_000, "entriesMax must be 1 to 1000000");
        faults.Check(BytesMax is >= 1 and <= 1L << 40, "bytesMax must be 1 to 1 TiB");
        faults.Throw();
    }
}
