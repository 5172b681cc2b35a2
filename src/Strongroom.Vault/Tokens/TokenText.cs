using System.Security.Cryptography;

namespace Strongroom.Vault.Tokens;

/// <summary>Random names in the forms that Vault gives them.</summary>
internal static class TokenText
{
    /// <summary>What service tokens begin with, since Vault 1.10.</summary>
    public const string ServicePrefix = "hvs.";

    /// <summary>What batch tokens begin with.</summary>
    public const string BatchPrefix = "hvb.";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A token of 28 random characters, 166 bits.</summary>
    public static ClientToken NewService(RandomNumberGenerator random) => new(ServicePrefix + Base62(28, random));

    /// <summary>24 random characters.</summary>
    public static string NewAccessor(RandomNumberGenerator random) => Base62(24, random);

    /// <summary>A random UUID, version 4.</summary>
    public static string NewUuid(RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Random letters and digits, each equally likely.</summary>
    public static string Base62(int length, RandomNumberGenerator random) => string.Create(length, random, static (text, random) =>
    {
        Span<byte> bytes = stackalloc byte[64];
        var filled = 0;
        while (filled < text.Length)
        {
            random.GetBytes(bytes);
            foreach (var value in bytes)
            {
                // 248 is the largest multiple of 62 in a byte: what lies above would favour the first characters.
                if (value < 248 && filled < text.Length) text[filled++] = Alphabet[value % 62];
            }
        }
        CryptographicOperations.ZeroMemory(bytes);
    });
}
