using System.Buffers;
using System.Security.Cryptography;

namespace Strongroom.Secrets;

/// <summary>
/// A growing buffer for bytes that are or contain secrets: pinned, and zeroed when it grows and when it is disposed of. Whoever
/// makes it sends <see cref="Written"/> on and disposes it.
/// </summary>
public sealed class SecretBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes;
    private int _length;

    /// <summary>An empty buffer with room for <paramref name="capacity"/> bytes.</summary>
    public SecretBuffer(int capacity = 256) => _bytes = PinnedArrays.Rent(capacity);

    /// <summary>How many bytes were written.</summary>
    public int Length => _length;

    /// <summary>What was written, valid until the next write or dispose.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>The same as <see cref="Written"/>, for streams.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_length);
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Grow(1);
        _bytes[_length++] = value;
    }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>A value of its own with what was written.</summary>
    public SecretValue ToValue() => SecretValue.FromBytes(Written);

    /// <summary>Takes back the last <paramref name="count"/> bytes.</summary>
    public void Shorten(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _length);
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(_length - count, count));
        _length -= count;
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _length));
        _length = 0;
    }

    /// <summary>Zeroes everything, also what a writer put there and never counted. What was handed out before is not valid any more.</summary>
    public void Dispose()
    {
        _length = 0;
        if (Interlocked.Exchange(ref _bytes, []) is { Length: > 0 } bytes) PinnedArrays.Return(bytes);
    }

    private void Grow(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length) return;
        var larger = PinnedArrays.Rent(Math.Max(needed, _bytes.Length * 2));
        Written.CopyTo(larger);
        var outgrown = _bytes;
        _bytes = larger;
        if (outgrown.Length > 0) PinnedArrays.Return(outgrown);
    }
}
