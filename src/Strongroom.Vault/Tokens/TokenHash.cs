using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// SHA-256 of a token: what the vault stores and looks up in its place. Tokens are random, so no salt is needed, and looking a hash
/// up tells nothing about the token by its timing.
/// </summary>
/// <param name="A">Bytes 0 to 7.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
public readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    private const int TextLengthMax = 64;

    /// <summary>The hash of a token.</summary>
    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var length = Encoding.UTF8.GetMaxByteCount(token.Length);
        Span<byte> bytes = length <= 512 ? stackalloc byte[512] : new byte[length];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(token, bytes)], hash);
        CryptographicOperations.ZeroMemory(bytes);
        return new(
            BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[16..]), BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static TokenHash Parse(string text)
    {
        var hash = text.Length == TextLengthMax ? Convert.FromHexString(text) : throw new FormatException("A token hash has 64 digits.");
        return new(
            BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash.AsSpan(8)),
            BinaryPrimitives.ReadUInt64BigEndian(hash.AsSpan(16)), BinaryPrimitives.ReadUInt64BigEndian(hash.AsSpan(24)));
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    /// <inheritdoc/>
    public override int GetHashCode() => (int)A;
}
