using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Strongroom.Secrets;

/// <summary>
/// The bytes of one secret. They never print, never serialise, are compared in constant time, do not move in memory and
/// are zeroed on <see cref="Dispose"/> or, at the latest, by the finalizer. Leaving this type is an explicit call that a
/// reader can search for: <see cref="Reveal"/> or <see cref="RevealText"/>.
/// </summary>
/// <remarks>
/// A value held by a cache is <em>shared</em>: it belongs to everyone who has it, so disposing it does nothing and the
/// finalizer zeroes it when the last holder lets go. Zeroing it under a reader's eyes would hand out zeros as a secret.
/// </remarks>
[DebuggerDisplay("[secret]")]
public sealed class SecretValue : IDisposable, IEquatable<SecretValue>
{
    /// <summary>The largest value that any store of Strongroom takes: 1 MiB.</summary>
    public const int LengthMax = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes;
    private bool _shared;
    private bool _disposed;

    private SecretValue(byte[] pinned) => _bytes = pinned;

    /// <summary>Zeroes what a forgotten value left behind.</summary>
    ~SecretValue() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>Length in bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Copies <paramref name="bytes"/>; the caller still owns and should zero its copy.</summary>
    public static SecretValue FromBytes(ReadOnlySpan<byte> bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned);
        return new SecretValue(pinned);
    }

    /// <summary>Takes the UTF-8 form of <paramref name="text"/>. Prefer bytes: a string cannot be zeroed.</summary>
    public static SecretValue FromText(ReadOnlySpan<char> text)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        Encoding.UTF8.GetBytes(text, pinned);
        return new SecretValue(pinned);
    }

    /// <summary>The plain bytes, valid until this value is disposed. Do not keep the span.</summary>
    /// <exception cref="ObjectDisposedException">The value was disposed; zeros are never handed out as a secret.</exception>
    public ReadOnlySpan<byte> Reveal()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _bytes;
    }

    /// <summary>The plain text, as a string that stays in memory until collected. For the edges that need one: environment, terminal.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Malformed"/> when the bytes are not UTF-8.</exception>
    public string RevealText()
    {
        try
        {
            return StrictUtf8.GetString(Reveal());
        }
        catch (DecoderFallbackException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "the value is not text", help: "ask for it as bytes or base64");
        }
    }

    /// <summary>A copy with its own life.</summary>
    public SecretValue Copy() => FromBytes(Reveal());

    /// <summary>Marks the value as held by several owners; see the remarks of the type. Returns the same object.</summary>
    public SecretValue Share()
    {
        _shared = true;
        return this;
    }

    /// <summary>Constant-time comparison of the bytes; lengths are not hidden.</summary>
    public bool Equals(SecretValue? other) => other is not null && CryptographicOperations.FixedTimeEquals(Reveal(), other.Reveal());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SecretValue);

    /// <summary>Not supported: a hash of a secret is a fingerprint of it.</summary>
    public override int GetHashCode() => throw new NotSupportedException("A secret has no hash code: it would be a fingerprint.");

    /// <summary>Always <c>[secret]</c>.</summary>
    public override string ToString() => "[secret]";

    /// <summary>Zeroes the bytes, unless the value is shared.</summary>
    public void Dispose()
    {
        if (_shared || _disposed) return;
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }
}
