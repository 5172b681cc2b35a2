using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary>
/// Which requests are being answered. Entering costs one exchange in a place that other threads hardly use; what finds no free place nearby is
/// answered without being told of.
/// </summary>
internal sealed class RequestSlots(TimeProvider time)
{
    private const int Count = 1024;
    private const int TriesMax = 16;

    // Neighbouring threads begin far enough from each other not to share a line of the processor's cache.
    private const int Stride = 31;

    private readonly VaultRequest?[] _requests = new VaultRequest?[Count];
    private readonly long[] _began = new long[Count];

    /// <summary>Notes a request. Returns its place, for <see cref="Leave"/>; negative when there is none.</summary>
    public int Enter(VaultRequest request)
    {
        var began = time.GetTimestamp();
        var first = Environment.CurrentManagedThreadId * Stride;
        for (var i = 0; i < TriesMax; i++)
        {
            var slot = (first + i) & (Count - 1);
            if (_requests[slot] is not null || Interlocked.CompareExchange(ref _requests[slot], request, null) is not null) continue;
            Volatile.Write(ref _began[slot], began);
            return slot;
        }
        return -1;
    }

    public void Leave(int slot)
    {
        if (slot >= 0) Volatile.Write(ref _requests[slot], null);
    }

    /// <summary>The requests of this moment, and how long each has taken so far.</summary>
    public List<(VaultRequest Request, TimeSpan Elapsed)> Now()
    {
        var found = new List<(VaultRequest, TimeSpan)>();
        for (var slot = 0; slot < Count; slot++)
        {
            if (Volatile.Read(ref _requests[slot]) is not { } request) continue;
            var elapsed = time.GetElapsedTime(Volatile.Read(ref _began[slot]));
            // Another one may have taken the place between the two looks.
            if (ReferenceEquals(Volatile.Read(ref _requests[slot]), request)) found.Add((request, elapsed));
        }
        return found;
    }
}
