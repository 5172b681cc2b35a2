namespace Strongroom.Vault.Quotas;

/// <summary>
/// The living leases that one quota is about, by id, with their ends (Unix seconds). They are counted in storage once, when first asked
/// for; from then on whoever makes, changes or ends one tells it, in any order and as often as he likes.
/// </summary>
internal sealed class LeaseLimit(LeaseQuota quota)
{
    private const long Gone = 0;

    private readonly Lock _gate = new();

    // While they are being counted, one that ended stays with the end Gone, so that the count does not bring it back.
    private readonly Dictionary<string, long> _ends = new(StringComparer.Ordinal);
    private Task? _counting;
    private bool _isCounted;
    private long _nextEnd = long.MaxValue;

    public LeaseQuota Quota { get; } = quota;

    /// <summary>Returns when the leases are counted. Callers share one count, which is not stopped with any of them.</summary>
    /// <param name="count">Adds all leases that there are.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask CountedAsync(Func<LeaseLimit, Task> count, CancellationToken cancellationToken)
    {
        Task counting;
        lock (_gate)
        {
            if (_isCounted) return;
            counting = _counting ??= CountAsync(count);
        }
        await counting.WaitAsync(cancellationToken);
    }

    /// <summary>Takes a place for a lease; false when all are taken.</summary>
    public bool TryTake(string id, long end, long now)
    {
        lock (_gate)
        {
            if (!HasRoomNow(now)) return false;
            Put(id, end);
            return true;
        }
    }

    /// <summary>Whether there is a place left.</summary>
    public bool HasRoom(long now)
    {
        lock (_gate) return HasRoomNow(now);
    }

    /// <summary>How many there are.</summary>
    public int Count(long now)
    {
        lock (_gate)
        {
            DropEnded(now);
            return _ends.Count;
        }
    }

    /// <summary>There is such a lease.</summary>
    public void Add(string id, long end)
    {
        lock (_gate)
        {
            if (_counting is not null && !IsGone(id)) Put(id, end);
        }
    }

    /// <summary>A lease ends at another time, if it has not ended meanwhile.</summary>
    public void Move(string id, long end)
    {
        lock (_gate)
        {
            if (_isCounted ? _ends.ContainsKey(id) : _counting is not null && !IsGone(id)) Put(id, end);
        }
    }

    /// <summary>A lease is gone.</summary>
    public void End(string id)
    {
        lock (_gate)
        {
            if (_isCounted) _ends.Remove(id);
            else if (_counting is not null) _ends[id] = Gone;
        }
    }

    private async Task CountAsync(Func<LeaseLimit, Task> count)
    {
        // Not under the lock of who began it.
        await Task.Yield();
        try
        {
            await count(this);
        }
        catch
        {
            lock (_gate)
            {
                _counting = null;
                _ends.Clear();
            }
            throw;
        }
        lock (_gate)
        {
            foreach (var (id, end) in _ends)
            {
                if (end == Gone) _ends.Remove(id);
            }
            _isCounted = true;
        }
    }

    private bool HasRoomNow(long now)
    {
        if (_ends.Count >= Quota.MaxLeases) DropEnded(now);
        return _ends.Count < Quota.MaxLeases;
    }

    /// <summary>Forgets leases whose time is over. Ends are whole seconds, so that this looks at all of them once in a second at most.</summary>
    private void DropEnded(long now)
    {
        if (now < _nextEnd) return;
        _nextEnd = long.MaxValue;
        foreach (var (id, end) in _ends)
        {
            if (end <= now) _ends.Remove(id);
            else _nextEnd = Math.Min(_nextEnd, end);
        }
    }

    private bool IsGone(string id) => _ends.TryGetValue(id, out var end) && end == Gone;

    private void Put(string id, long end)
    {
        _ends[id] = end;
        _nextEnd = Math.Min(_nextEnd, end);
    }
}
