namespace Strongroom.Fakes;

/// <summary>Something that goes wrong on the way of one request.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>The service asks to slow down, in the vendor's own shape. Nothing is done.</summary>
    public sealed record Throttled(TimeSpan? RetryAfter = null) : Fault;

    /// <summary>The service fails, in the vendor's own shape. Nothing is done.</summary>
    public sealed record Failing(int Status = 500) : Fault;

    /// <summary>The credential is refused as expired, in the vendor's own shape. Nothing is done.</summary>
    public sealed record ExpiredCredential : Fault;

    /// <summary>The request is done; the body of the answer stops half way for this long.</summary>
    public sealed record SlowBody(TimeSpan Delay) : Fault;

    /// <summary>The request is done; the connection ends in the middle of the body.</summary>
    public sealed record CutBody : Fault;

    /// <summary>The request is done; the answer is half of its JSON, with the right length for it.</summary>
    public sealed record TruncatedJson : Fault;

    /// <summary>The request is done; the answer is something that is no JSON, as from a proxy on the way.</summary>
    public sealed record NotJson : Fault;

    /// <summary>The answer sends the client to another host.</summary>
    public sealed record Redirect(Uri To, int Status = 307) : Fault;

    /// <summary>The connection is reset before anything is done.</summary>
    public sealed record Reset : Fault;

    /// <summary>The request is done and the connection reset before the answer: the write that nobody knows of.</summary>
    public sealed record LostAnswer : Fault;

    /// <summary>The request is done once so many that meet this fault are under way at the same time.</summary>
    public sealed record Meeting(int Requests) : Fault;

    /// <summary>No answer until the client gives up. Nothing is done.</summary>
    public sealed record Hang : Fault;

    /// <summary>The request is done; the <c>Date</c> of the answer is off by this much.</summary>
    public sealed record ClockSkew(TimeSpan By) : Fault;

    /// <summary>The request is read from the state of this many changes ago, where the fake keeps its state in <see cref="LaggingState{T}"/>.</summary>
    public sealed record Stale(int Changes = 1) : Fault;
}

/// <summary>The script of what goes wrong: each request takes the first fault that is meant for it.</summary>
public sealed class Faults
{
    private readonly Lock _lock = new();
    private readonly List<(Fault Fault, Func<FakeRequest, bool> When, int Left)> _script = [];

    /// <summary>The next <paramref name="times"/> requests meet the fault, or as many of those that <paramref name="when"/> chooses.</summary>
    public Faults Next(Fault fault, int times = 1, Func<FakeRequest, bool>? when = null)
    {
        lock (_lock) _script.Add((fault, when ?? (_ => true), times));
        return this;
    }

    /// <summary>Every request meets the fault, or every one that <paramref name="when"/> chooses, until <see cref="Clear"/>.</summary>
    public Faults Always(Fault fault, Func<FakeRequest, bool>? when = null) => Next(fault, int.MaxValue, when);

    /// <summary>Forgets the rest of the script.</summary>
    public void Clear()
    {
        lock (_lock) _script.Clear();
    }

    internal Fault? Take(FakeRequest request)
    {
        lock (_lock)
        {
            for (var i = 0; i < _script.Count; i++)
            {
                var (fault, when, left) = _script[i];
                if (!when(request)) continue;
                if (left == 1) _script.RemoveAt(i);
                else _script[i] = (fault, when, left - 1);
                return fault;
            }
            return null;
        }
    }
}
