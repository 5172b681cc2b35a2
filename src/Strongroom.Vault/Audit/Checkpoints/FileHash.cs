using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Strongroom.Vault.Audit.Checkpoints;

/// <summary>SHA-256 of a file that only grows, continued where it ended last time.</summary>
internal sealed class FileHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _length;

    /// <summary>The hash of the first <paramref name="length"/> bytes. Throws <see cref="IOException"/> when there are not so many.</summary>
    public byte[] Of(SafeFileHandle file, long length)
    {
        if (length < _length) throw new IOException("The audit log became shorter.");
        while (_length < length)
        {
            var count = RandomAccess.Read(file, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, length - _length)), _length);
            if (count == 0) throw new IOException("The audit log became shorter.");
            _hash.AppendData(_buffer, 0, count);
            _length += count;
        }
        return _hash.GetCurrentHash();
    }

    public void Dispose() => _hash.Dispose();
}
