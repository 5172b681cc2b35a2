namespace Strongroom.Npgsql;

/// <summary>
/// Tells when openings of connections seem to fail. The driver reports those that succeed and no others, so one that has not
/// succeeded after a quarter of a second counts as failed. It is due seldom, so that a database that is down is no load for the store.
/// </summary>
internal sealed class OpeningDoubt(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private long _since;
    private TimeSpan _wait = First;
    private bool _isOpening;

    /// <summary>Call before each opening. True when an earlier one is in doubt; then not again for a while that doubles each time.</summary>
    public bool IsDue()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!_isOpening)
            {
                (_isOpening, _since) = (true, now);
                return false;
            }
            if (time.GetElapsedTime(_since, now) < _wait) return false;
            (_since, _wait) = (now, _wait * 2 < Longest ? _wait * 2 : Longest);
            return true;
        }
    }

    /// <summary>Call after each opening that succeeded.</summary>
    public void Clear()
    {
        lock (_lock) (_isOpening, _wait) = (false, First);
    }
}
