using Strongroom.Secrets;

namespace Strongroom.Caching;

/// <summary>
/// One call to a store for which any number of callers wait. It is cancelled when the last of them has gone, not when the first
/// does. The counters are guarded by the lock of the cache that owns it.
/// </summary>
internal sealed class Flight(long sequence, int generation)
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<Dictionary<SecretAddress, StoreAnswer>> _landing =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _waiters;

    /// <summary>Orders flights by their start.</summary>
    public long Sequence => sequence;

    /// <summary>What was written or withdrawn before the start; when it has changed, the answers may be from before.</summary>
    public int Generation => generation;

    public List<SecretAddress> Addresses { get; } = [];

    public CancellationToken Token => _cancellation.Token;

    public Task<Dictionary<SecretAddress, StoreAnswer>> Landing => _landing.Task;

    public void Join() => _waiters++;

    /// <summary>True when nobody is left.</summary>
    public bool Leave() => --_waiters == 0;

    public void Cancel() => _cancellation.Cancel();

    public void Land(Dictionary<SecretAddress, StoreAnswer> answers)
    {
        _landing.TrySetResult(answers);
        _cancellation.Dispose();
    }

    public void Crash(Exception fault)
    {
        if (fault is OperationCanceledException) _landing.TrySetCanceled();
        else _landing.TrySetException(fault);
        _ = _landing.Task.Exception;
        _cancellation.Dispose();
    }
}
