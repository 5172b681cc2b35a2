using System.Collections.Concurrent;

namespace Strongroom.Server.Http;

/// <summary>How long a request may take, at most until its client leaves. What was not needed is used again: most requests end in time.</summary>
internal readonly struct RequestDeadline : IDisposable
{
    private const int RestingMax = 256;

    private static readonly ConcurrentQueue<CancellationTokenSource> Resting = new();

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _aborted;

    public RequestDeadline(TimeSpan duration, CancellationToken aborted)
    {
        _source = Resting.TryDequeue(out var rested) ? rested : new CancellationTokenSource();
        _source.CancelAfter(duration);
        _aborted = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        // Waits for a callback that is under way: none reaches the next request.
        _aborted.Dispose();
        if (_source.TryReset() && Resting.Count < RestingMax) Resting.Enqueue(_source);
        else _source.Dispose();
    }
}
