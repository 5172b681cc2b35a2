using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Strongroom.Vault.Barrier;

/// <summary>One entry in the clear. The buffer is lent and is zeroed when this is disposed.</summary>
internal sealed class OpenedEntry : IDisposable
{
    private readonly int _length;
    private byte[]? _plain;

    /// <summary>Takes over a buffer rented from the shared pool.</summary>
    public OpenedEntry(byte[] plain, int length, long revision) => (_plain, _length, Revision) = (plain, length, revision);

    /// <summary>The number of the commit that last wrote the entry.</summary>
    public long Revision { get; }

    /// <summary>The full path, as UTF-8.</summary>
    public ReadOnlySpan<byte> Path => Plain.AsSpan(2, PathLength);

    /// <summary>The value; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Value => Plain.AsMemory(2 + PathLength, _length - 2 - PathLength);

    private int PathLength => BinaryPrimitives.ReadUInt16BigEndian(Plain);

    private byte[] Plain => _plain ?? throw new ObjectDisposedException(nameof(OpenedEntry));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _plain, null) is not { } plain) return;
        CryptographicOperations.ZeroMemory(plain.AsSpan(0, _length));
        ArrayPool<byte>.Shared.Return(plain);
    }
}
