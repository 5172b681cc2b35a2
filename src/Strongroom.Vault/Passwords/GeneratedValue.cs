using System.Buffers.Text;
using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Passwords;

/// <summary>Random values in forms that are no passwords.</summary>
public static class GeneratedValue
{
    /// <summary>Most random bytes of one value.</summary>
    public const int BytesMax = 1024;

    /// <summary>Random bytes as lower-case hexadecimal digits.</summary>
    public static SecretValue Hex(RandomNumberGenerator random, int bytes) =>
        Encode(random, bytes, static (plain, text) => Convert.TryToHexStringLower(plain, text, out var written) ? written : 0);

    /// <summary>Random bytes as base64url without padding.</summary>
    public static SecretValue Base64(RandomNumberGenerator random, int bytes) =>
        Encode(random, bytes, static (plain, text) => Base64Url.TryEncodeToUtf8(plain, text, out var written) ? written : 0);

    /// <summary>A random UUID (version 4), as text.</summary>
    public static SecretValue Uuid(RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        Span<byte> text = stackalloc byte[36];
        new Guid(bytes, bigEndian: true).TryFormat(text, out _);
        return SecretValue.FromBytes(text);
    }

    private static SecretValue Encode(RandomNumberGenerator random, int bytes, Func<ReadOnlySpan<byte>, Span<byte>, int> encode)
    {
        if (bytes is < 1 or > BytesMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"the length must be 1 to {BytesMax} bytes", operation: "generate");
        Span<byte> plain = stackalloc byte[bytes];
        random.GetBytes(plain);
        Span<byte> text = stackalloc byte[bytes * 2];
        var value = SecretValue.FromBytes(text[..encode(plain, text)]);
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(text);
        return value;
    }
}
