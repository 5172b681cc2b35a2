namespace Strongroom.Stores;

/// <summary>A cancellation that comes from the caller or from the clock, and knows from which.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _clock;
    private readonly CancellationTokenSource _both;
    private readonly CancellationToken _caller;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _clock = new CancellationTokenSource(limit, time);
        _both = CancellationTokenSource.CreateLinkedTokenSource(caller, _clock.Token);
    }

    public CancellationToken Token => _both.Token;

    /// <summary>True when time ran out while the caller still wanted the answer.</summary>
    public bool HasPassed => _clock.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _both.Dispose();
        _clock.Dispose();
    }
}
