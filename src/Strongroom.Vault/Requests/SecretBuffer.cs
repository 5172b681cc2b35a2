using System.Buffers;
using System.Security.Cryptography;

namespace Strongroom.Vault.Requests;

/// <summary>A growing buffer for plain secrets: pinned, and zeroed when it grows and when it is disposed.</summary>
internal sealed class SecretBuffer(int capacity = 512) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Advance(int count) => _length += count;

    /// <summary>Takes back the last bytes.</summary>
    public void Shorten(int count) => _length -= count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _length = 0;
    }

    private void Reserve(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length) return;
        var larger = GC.AllocateUninitializedArray<byte>(Math.Max(needed, _bytes.Length * 2), pinned: true);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = larger;
    }
}
