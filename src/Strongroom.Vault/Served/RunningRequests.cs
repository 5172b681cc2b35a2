namespace Strongroom.Vault.Served;

/// <summary>Counts the requests that an unsealed vault is answering, so that sealing it can wait for them.</summary>
internal sealed class RunningRequests
{
    // Above any count of requests.
    private const long Closed = 1L << 62;

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _state;

    /// <summary>Counts one more; whoever did calls <see cref="Leave"/>. False when no more begin.</summary>
    public bool TryEnter()
    {
        if ((Interlocked.Increment(ref _state) & Closed) == 0) return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _state) == Closed) _idle.TrySetResult();
    }

    /// <summary>Lets no more begin, and waits until the last has ended, at most so long. False when some run on.</summary>
    public async ValueTask<bool> CloseAsync(TimeSpan waitMax, TimeProvider time)
    {
        if ((Interlocked.Or(ref _state, Closed) & ~Closed) == 0) return true;
        try
        {
            await _idle.Task.WaitAsync(waitMax, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
