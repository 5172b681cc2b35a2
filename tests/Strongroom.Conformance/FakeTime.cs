namespace Strongroom.Conformance;

/// <summary>
/// Time that moves only when told. Timers fire inside <see cref="Advance"/>, in the order in which they are due, each at its own
/// moment, so code driven by this clock behaves the same on every run.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private TimeSpan _skew;
    private long _sequence;
    private TaskCompletionSource _timerSet = NewSignal();

    /// <summary>Starts at <paramref name="start"/>, or at midnight of 1 January 2026 UTC.</summary>
    public FakeTime(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How much time has passed since the start. A jump of the wall clock does not count.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock) return _elapsed;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _start + _elapsed + _skew;
    }

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time forward and fires every timer that becomes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var until = Elapsed + by;
        while (TakeDue(until) is { } timer) timer.Fire();
        lock (_lock)
        {
            if (_elapsed < until) _elapsed = until;
        }
    }

    /// <summary>Sets the wall clock alone, as when a machine's clock is corrected. May go back; timers and timestamps do not notice.</summary>
    public void Jump(DateTimeOffset to)
    {
        lock (_lock) _skew = to - _start - _elapsed;
    }

    /// <summary>
    /// Moves from timer to timer until <paramref name="work"/> is finished and returns its result. Throws when
    /// <paramref name="limit"/> (an hour) of this time passes first.
    /// </summary>
    public async Task<T> RunAsync<T>(Task<T> work, TimeSpan? limit = null)
    {
        await RunAsync((Task)work, limit);
        return await work;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public async Task RunAsync(Task work, TimeSpan? limit = null)
    {
        var end = Elapsed + (limit ?? TimeSpan.FromHours(1));
        while (true)
        {
            // Time must not run while work that needs none is still queued on a busy machine.
            for (var i = 0; !work.IsCompleted && (i < 100 || (ThreadPool.PendingWorkItemCount > 0 && i < 10_000)); i++) await Task.Yield();
            if (work.IsCompleted) break;
            Task timerSet;
            TimeSpan? next;
            lock (_lock)
            {
                timerSet = _timerSet.Task;
                next = NextDue();
            }
            if (next is null)
            {
                await Task.WhenAny(work, timerSet);
                continue;
            }
            if (next > end) throw new TimeoutException($"The work is not finished after {Elapsed} of fake time.");
            var wait = next.Value - Elapsed;
            Advance(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }
        await work;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TimeSpan? NextDue()
    {
        TimeSpan? next = null;
        foreach (var timer in _timers)
            if (next is null || timer.Due < next) next = timer.Due;
        return next;
    }

    private FakeTimer? TakeDue(TimeSpan until)
    {
        lock (_lock)
        {
            FakeTimer? first = null;
            foreach (var timer in _timers)
            {
                if (timer.Due > until) continue;
                if (first is null || timer.Due < first.Due || (timer.Due == first.Due && timer.Order < first.Order)) first = timer;
            }
            if (first is null) return null;
            if (first.Due > _elapsed) _elapsed = first.Due;
            if (first.Period > TimeSpan.Zero) first.Due += first.Period;
            else _timers.Remove(first);
            return first;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public long Order { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                if (_disposed) return false;
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._elapsed + dueTime;
                Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                Order = time._sequence++;
                time._timers.Add(this);
                time._timerSet.TrySetResult();
                time._timerSet = NewSignal();
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                _disposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
