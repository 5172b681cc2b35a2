namespace Strongroom.Conformance;

/// <summary>
/// Runs asynchronous work on one thread: whatever can go on waits in a list here and is taken one by one. Work that leaves for
/// the thread pool and comes back for a timer is a fault of the test, and told.
/// </summary>
internal sealed class OneThread(Random? order) : SynchronizationContext
{
    /// <summary>How long a real answer, as of a disk, may take.</summary>
    private static readonly TimeSpan RealWaitMax = TimeSpan.FromSeconds(30);

    private readonly List<(SendOrPostCallback Callback, object? State)> _ready = [];
    private int? _thread;
    private bool _hasEscaped;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_ready)
        {
            _ready.Add((d, state));
            Monitor.Pulse(_ready);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing can wait for the one thread there is.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs <paramref name="body"/> with everything that it awaits coming back to this thread.</summary>
    public Task Run(Func<Task> body)
    {
        if (_thread is not null) throw new InvalidOperationException("The one thread is in use.");
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            return Inside(body);
        }
        finally
        {
            _thread = null;
        }
    }

    /// <summary>Remembers that work of a run went on outside its thread.</summary>
    public void Check()
    {
        if (_thread is { } thread && thread != Environment.CurrentManagedThreadId) _hasEscaped = true;
    }

    /// <summary>Runs what can go on until nothing can.</summary>
    public void Drain()
    {
        while (TryTake(out var ready))
        {
            Inside(() =>
            {
                ready.Callback(ready.State);
                return true;
            });
        }
        if (_hasEscaped) throw new InvalidOperationException("Some of the work went on outside its thread: it awaits without the context.");
    }

    /// <summary>Waits in real time for an answer from outside.</summary>
    public void Wait()
    {
        lock (_ready)
        {
            if (_ready.Count == 0 && !Monitor.Wait(_ready, RealWaitMax))
                throw new TimeoutException("The work waits, and neither a timer nor anything else can wake it.");
        }
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) ready)
    {
        lock (_ready)
        {
            ready = default;
            if (_ready.Count == 0) return false;
            var index = order?.Next(_ready.Count) ?? 0;
            ready = _ready[index];
            _ready.RemoveAt(index);
            return true;
        }
    }

    private T Inside<T>(Func<T> action)
    {
        var outside = Current;
        SetSynchronizationContext(this);
        try
        {
            return action();
        }
        finally
        {
            SetSynchronizationContext(outside);
        }
    }
}
