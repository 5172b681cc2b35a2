namespace Strongroom.Fakes;

/// <summary>
/// The state of a fake that may be seen late, as in services that are eventually consistent: an immutable value, and the values before it.
/// </summary>
public sealed class LaggingState<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly List<T> _history;

    /// <summary>Starts with a value.</summary>
    public LaggingState(T initial) => _history = [initial];

    /// <summary>The value now.</summary>
    public T Current
    {
        get
        {
            lock (_lock) return _history[^1];
        }
    }

    /// <summary>The value of some changes ago.</summary>
    public T Seen(int changesAgo)
    {
        lock (_lock) return _history[Math.Max(0, _history.Count - 1 - changesAgo)];
    }

    /// <summary>Replaces the value by what <paramref name="change"/> makes of it, one change after the other.</summary>
    public TAnswer Change<TAnswer>(Func<T, (T Next, TAnswer Answer)> change)
    {
        lock (_lock)
        {
            var (next, answer) = change(_history[^1]);
            if (!ReferenceEquals(next, _history[^1])) _history.Add(next);
            if (_history.Count > 16) _history.RemoveAt(0);
            return answer;
        }
    }
}
