using Strongroom.Secrets;

namespace Strongroom.Caching;

/// <summary>One answer that is kept.</summary>
/// <param name="Answer">The answer as a hit gives it.</param>
/// <param name="Limit">How long it may be used at all.</param>
/// <param name="Sequence">Which flight brought it.</param>
internal sealed record CacheEntry(StoreAnswer Answer, Freshness Limit, long Sequence)
{
    public int Bytes => Answer.Secret?.Value.Length ?? 0;
}

/// <summary>The answers kept for one store, within limits of number and size. Not safe for concurrent use.</summary>
internal sealed class CacheEntries(int entriesMax, long bytesMax, TimeProvider time)
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<SecretAddress, CacheEntry> _entries = [];
    private long _bytes;
    private long _sweptAt = time.GetTimestamp();

    public int Count => _entries.Count;

    /// <summary>The entry, fresh or stale; null when there is none or its limit has passed.</summary>
    public CacheEntry? Find(SecretAddress address)
    {
        if (!_entries.TryGetValue(address, out var entry)) return null;
        if (entry.Limit.IsNow(time)) return entry;
        Remove(address);
        return null;
    }

    public void Put(CacheEntry entry)
    {
        Remove(entry.Answer.Address);
        if (entry.Bytes > bytesMax) return;
        _entries[entry.Answer.Address] = entry;
        _bytes += entry.Bytes;
        if (time.GetElapsedTime(_sweptAt) >= SweepInterval) Sweep();
        if (_entries.Count > entriesMax || _bytes > bytesMax) Shrink();
    }

    public void Remove(SecretAddress address)
    {
        if (_entries.Remove(address, out var entry)) _bytes -= entry.Bytes;
    }

    /// <summary>Removes every field and version of one secret.</summary>
    public void RemovePath(string path)
    {
        foreach (var address in _entries.Keys)
            if (string.Equals(address.Path, path)) Remove(address);
    }

    public void Clear()
    {
        _entries.Clear();
        _bytes = 0;
    }

    /// <summary>Lets go of what may not be used any more, so that it does not stay in memory because nobody asks for it.</summary>
    private void Sweep()
    {
        _sweptAt = time.GetTimestamp();
        foreach (var (address, entry) in _entries)
            if (!entry.Limit.IsNow(time)) Remove(address);
    }

    /// <summary>Drops the oldest until a sixteenth is free, so that a full cache is not searched at every put.</summary>
    private void Shrink()
    {
        var byAge = new List<CacheEntry>(_entries.Values);
        byAge.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        foreach (var entry in byAge)
        {
            if (_entries.Count <= entriesMax - (entriesMax / 16) && _bytes <= bytesMax - (bytesMax / 16)) return;
            Remove(entry.Answer.Address);
        }
    }
}
