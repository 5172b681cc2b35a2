using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// Turns values into codes by a key of the device: <c>hmac-sha256:</c> and 64 hexadecimal digits, as Vault writes them. Who has a value can
/// ask for its code (<c>sys/audit-hash</c>) and look for it; nobody gets a value back from a code.
/// </summary>
internal sealed class EntrySalt(string salt)
{
    /// <summary>Length of a code in bytes.</summary>
    public const int CodeLength = 12 + (2 * SHA256.HashSizeInBytes);

    private readonly byte[] _key = Encoding.UTF8.GetBytes(salt);

    private static ReadOnlySpan<byte> Name => "hmac-sha256:"u8;

    /// <summary>Writes the code of a value.</summary>
    public void Write(ReadOnlySpan<byte> value, Span<byte> code)
    {
        Span<byte> mac = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, value, mac);
        Name.CopyTo(code);
        Convert.TryToHexStringLower(mac, code[Name.Length..], out _);
    }

    /// <summary>The code of a text.</summary>
    public byte[] Of(string text)
    {
        using var buffer = new SecretBuffer(Encoding.UTF8.GetMaxByteCount(text.Length));
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan()));
        var code = new byte[CodeLength];
        Write(buffer.Written, code);
        return code;
    }
}
