namespace Strongroom.Conformance;

/// <summary>
/// Time that moves only when told. Timers fire inside <see cref="Advance"/>, in the order in which they are due, each at its own
/// moment. What runs inside <see cref="RunAsync{T}"/> runs on one thread, and time moves only when none of it can go on, so it
/// behaves the same on every run and on every machine.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private readonly OneThread _thread;
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private TimeSpan _skew;
    private long _sequence;

    /// <summary>
    /// Starts at <paramref name="start"/>, or at midnight of 1 January 2026 UTC. With <paramref name="order"/>, what can go on at
    /// the same time goes on in an order of chance, as it does on many threads, but the same for the same seed.
    /// </summary>
    public FakeTime(DateTimeOffset? start = null, Random? order = null)
    {
        _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _thread = new OneThread(order);
    }

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
        _thread.Check();
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time forward and fires every timer that becomes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var until = Elapsed + by;
        _thread.Drain();
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
            _thread.Drain();
        }
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
    /// Runs <paramref name="work"/> on this thread, moving from timer to timer until it is finished, and returns its finished
    /// task. Throws when <paramref name="limit"/> (an hour) of this time passes first, when nothing can go on any more, and when
    /// the work goes on outside this thread, for then time would not be exact.
    /// </summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, TimeSpan? limit = null) => (Task<T>)RunAsync((Func<Task>)work, limit);

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> work, TimeSpan? limit = null) => _thread.Run(() =>
    {
        var end = Elapsed + (limit ?? TimeSpan.FromHours(1));
        var task = work();
        while (true)
        {
            _thread.Drain();
            if (task.IsCompleted) return task;
            TimeSpan? next;
            lock (_lock) next = NextDue();
            if (next is null) _thread.Wait();
            else if (next > end) throw new TimeoutException($"The work is not finished after {Elapsed} of fake time.");
            else if (TakeDue(next.Value) is { } timer) timer.Fire();
        }
    });

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
            time._thread.Check();
            lock (time._lock)
            {
                if (_disposed) return false;
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._elapsed + dueTime;
                Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                Order = time._sequence++;
                time._timers.Add(this);
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
