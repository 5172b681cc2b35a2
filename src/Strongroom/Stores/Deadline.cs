namespace Strongroom.Stores;

/// <summary>A cancellation that comes from the caller or from the clock, and knows from which. One object, for each call makes two.</summary>
internal sealed class Deadline : CancellationTokenSource
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenRegistration _registration;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken caller) : base(limit, time)
    {
        _caller = caller;
        _registration = caller.UnsafeRegister(static deadline => ((Deadline)deadline!).Cancel(), this);
    }

    /// <summary>True when time ran out while the caller still wanted the answer.</summary>
    public bool HasPassed => IsCancellationRequested && !_caller.IsCancellationRequested;

    protected override void Dispose(bool disposing)
    {
        // Waits for a cancellation of the caller that is under way, so that none comes to a disposed source.
        if (disposing) _registration.Dispose();
        base.Dispose(disposing);
    }
}
