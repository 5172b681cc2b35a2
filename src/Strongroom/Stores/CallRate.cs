namespace Strongroom.Stores;

/// <summary>
/// The token bucket of one store. A caller takes its token at once, even one that is not there yet, and waits until it would
/// be: so callers go in the order in which they came.
/// </summary>
internal sealed class CallRate(double callsPerSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        var wait = Take();
        if (wait <= TimeSpan.Zero) return;
        try
        {
            await Task.Delay(wait, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock) _tokens++;
            throw;
        }
    }

    private TimeSpan Take()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var earned = time.GetElapsedTime(_filledAt, now).TotalSeconds * callsPerSecond;
            _filledAt = now;
            _tokens = Math.Min(burst, _tokens + earned) - 1;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / callsPerSecond);
        }
    }
}
