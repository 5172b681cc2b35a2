using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>The bulkhead of one store: so many calls under way, so many waiting, the rest refused at once.</summary>
internal sealed class CallLimit(int callsMax, int queuedMax) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(callsMax, callsMax);
    private int _inside;

    /// <summary>Waits for a slot; every call that returns must be followed by one <see cref="Leave"/>.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _inside) > callsMax + queuedMax)
        {
            Interlocked.Decrement(ref _inside);
            throw new SecretException(
                SecretErrorKind.Throttled, $"was not sent: {callsMax} calls are under way and {queuedMax} wait already",
                help: "raise concurrentCallsMax or queuedCallsMax, or ask for less at once");
        }
        try
        {
            await _slots.WaitAsync(cancellationToken);
        }
        catch
        {
            Interlocked.Decrement(ref _inside);
            throw;
        }
    }

    public void Leave()
    {
        _slots.Release();
        Interlocked.Decrement(ref _inside);
    }

    public void Dispose() => _slots.Dispose();
}
