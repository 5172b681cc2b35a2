namespace Strongroom.Caching;

/// <summary>
/// A span of time in which something may be used, measured by both clocks: the monotonic one, which a correction of the wall
/// clock does not touch, and the wall clock, which also runs while the machine sleeps. When they disagree, time is up.
/// </summary>
internal readonly struct Freshness
{
    private readonly long _untilTimestamp;
    private readonly long _fromTicks;
    private readonly long _untilTicks;

    private Freshness(long untilTimestamp, long fromTicks, long untilTicks)
    {
        _untilTimestamp = untilTimestamp;
        _fromTicks = fromTicks;
        _untilTicks = untilTicks;
    }

    /// <summary>Already over.</summary>
    public static Freshness Over => default;

    /// <summary>Never over.</summary>
    public static Freshness Endless => new(long.MaxValue, long.MinValue, long.MaxValue);

    /// <summary>From now on for <paramref name="length"/>; nothing when that is not above zero.</summary>
    public static Freshness For(TimeSpan length, TimeProvider time)
    {
        if (length <= TimeSpan.Zero) return Over;
        var now = time.GetUtcNow().UtcTicks;
        var timestamps = (long)(length.TotalSeconds * time.TimestampFrequency);
        return new Freshness(time.GetTimestamp() + timestamps, now, now + length.Ticks);
    }

    /// <summary>The time that both allow.</summary>
    public Freshness And(Freshness other) => new(
        Math.Min(_untilTimestamp, other._untilTimestamp),
        Math.Max(_fromTicks, other._fromTicks),
        Math.Min(_untilTicks, other._untilTicks));

    public bool IsNow(TimeProvider time)
    {
        if (time.GetTimestamp() >= _untilTimestamp) return false;
        var now = time.GetUtcNow().UtcTicks;
        return now >= _fromTicks && now < _untilTicks;
    }
}
