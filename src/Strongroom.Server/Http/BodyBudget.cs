namespace Strongroom.Server.Http;

/// <summary>How many bytes of bodies may be held at once. A single body may have more, up to the limit of its listener.</summary>
internal sealed class BodyBudget(long bytesMax)
{
    private long _taken;

    /// <summary>Takes room for a body that holds some already; false when there is not enough left.</summary>
    public bool TryTake(long bytes, long held)
    {
        var taken = Interlocked.Add(ref _taken, bytes);
        if (taken <= bytesMax || taken == held + bytes) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
