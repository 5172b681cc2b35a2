using Strongroom.Secrets;

namespace Strongroom.Server.Http;

/// <summary>The body of a request, zeroed when the request is answered, and the room that it takes of a budget.</summary>
internal sealed class HeldBody(int capacity) : IDisposable
{
    /// <summary>Up to here a body is free: what short ones take is bounded by the number of connections.</summary>
    public const int FreeLength = 16 * 1024;

    private const int StepLength = 64 * 1024;

    private readonly SecretBuffer _bytes = new(capacity);
    private BodyBudget? _budget;
    private long _taken;

    public int Length => _bytes.Length;

    public ReadOnlyMemory<byte> Memory => _bytes.WrittenMemory;

    /// <summary>How much room more the body needs to have this length; 0 when it has enough.</summary>
    public long Needs(long length) => length <= FreeLength + _taken ? 0 : (((length - FreeLength - _taken - 1) / StepLength) + 1) * StepLength;

    /// <summary>Takes room for this length; false when the budget has none. All of it is of one budget.</summary>
    public bool TryTake(BodyBudget budget, long length)
    {
        var more = Needs(length);
        if (!budget.TryTake(more, _taken)) return false;
        (_budget, _taken) = (budget, _taken + more);
        _bytes.GetSpan((int)(length - _bytes.Length));
        return true;
    }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Dispose()
    {
        _bytes.Dispose();
        _budget?.Return(_taken);
        (_budget, _taken) = (null, 0);
    }
}
