namespace Strongroom.Stores;

/// <summary>
/// How a store that is reached over a network is treated when it is slow, busy or gone. Local stores need none of this and get
/// none. Faults in these options are reported all at once when the store is built.
/// </summary>
public sealed record StoreResilienceOptions
{
    /// <summary>How long one attempt may take, 10 seconds by default. The backend is abandoned then, even one that ignores cancellation.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one operation may take with queueing, retries and delays, 30 seconds by default.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many times an operation is tried again, 3 by default; 0 turns retries off. Only reads, lists, deletes and writes that
    /// may be repeated without harm are retried, and only when the store was unreachable or throttled the call.
    /// </summary>
    public int RetriesMax { get; init; } = 3;

    /// <summary>The delay before the first retry, 200 ms by default. It doubles with each, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest delay of our own choosing between two attempts, 5 seconds by default.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest wait that a store may ask for, 15 seconds by default. It is waited in full, never shortened; a store that asks
    /// for more is not retried, and the caller is told how long it asked for.
    /// </summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The share of failed attempts (unreachable or throttled) at which the breaker opens, 0.5 by default.</summary>
    public double BreakerFailureRatio { get; init; } = 0.5;

    /// <summary>How many attempts the window must hold before the breaker may open, 8 by default.</summary>
    public int BreakerAttemptsMin { get; init; } = 8;

    /// <summary>Over which time the breaker counts, 30 seconds by default.</summary>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open breaker lets nothing through, 15 seconds by default. Then one call tries.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many operations may be under way at the store at once, 16 by default.</summary>
    public int ConcurrentCallsMax { get; init; } = 16;

    /// <summary>How many more may wait for their turn, 256 by default. Beyond that a call fails at once as throttled.</summary>
    public int QueuedCallsMax { get; init; } = 256;

    /// <summary>How many attempts a second may be sent on average; null, the default, sets no limit.</summary>
    public double? CallsPerSecond { get; init; }

    /// <summary>How many attempts may be sent at once after a quiet time, 10 by default. Counts only with <see cref="CallsPerSecond"/>.</summary>
    public int CallBurst { get; init; } = 10;

    internal void Validate()
    {
        var hour = TimeSpan.FromHours(1);
        var faults = new OptionFaults("resilience");
        faults.Check(AttemptTimeout > TimeSpan.Zero && AttemptTimeout <= hour, "attemptTimeout must be above 0 and at most an hour");
        faults.Check(TotalTimeout >= AttemptTimeout && TotalTimeout <= hour, "totalTimeout must be at least attemptTimeout and at most an hour");
        faults.Check(RetriesMax is >= 0 and <= 20, "retriesMax must be 0 to 20");
        faults.Check(RetryDelay > TimeSpan.Zero && RetryDelay <= RetryDelayMax, "retryDelay must be above 0 and at most retryDelayMax");
        faults.Check(RetryDelayMax <= hour, "retryDelayMax must be at most an hour");
        faults.Check(RetryAfterMax >= TimeSpan.Zero && RetryAfterMax <= hour, "retryAfterMax must be 0 to an hour");
        faults.Check(BreakerFailureRatio is > 0 and <= 1, "breakerFailureRatio must be above 0 and at most 1");
        faults.Check(BreakerAttemptsMin is >= 2 and <= 10_000, "breakerAttemptsMin must be 2 to 10000");
        faults.Check(BreakerWindow >= TimeSpan.FromMilliseconds(500) && BreakerWindow <= hour, "breakerWindow must be 500 ms to an hour");
        faults.Check(BreakDuration >= TimeSpan.FromMilliseconds(500) && BreakDuration <= hour, "breakDuration must be 500 ms to an hour");
        faults.Check(ConcurrentCallsMax is >= 1 and <= 10_000, "concurrentCallsMax must be 1 to 10000");
        faults.Check(QueuedCallsMax is >= 0 and <= 1_000_000, "queuedCallsMax must be 0 to 1000000");
        faults.Check(CallsPerSecond is null or (> 0 and <= 1_000_000), "callsPerSecond must be above 0 and at most 1000000");
        faults.Check(CallBurst is >= 1 and <= 1_000_000, "callBurst must be 1 to 1000000");
        faults.Throw();
    }
}
