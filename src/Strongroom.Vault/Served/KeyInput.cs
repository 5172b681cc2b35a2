using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary>Reads an unseal key out of a request, and writes new ones into an answer, without a string of it on the way.</summary>
internal static class KeyInput
{
    // What Vault accepts: a key of AES-128 at least, one of AES-256 with the x of a share at most.
    private const int LengthMin = 16;
    private const int LengthMax = 33;
    private const int TextLengthMax = 256;

    /// <summary>The key in the member <c>key</c>, in hexadecimal digits or base64; the caller zeroes it. Throws InvalidInput.</summary>
    public static byte[] Read(RequestFields fields)
    {
        if (fields.Find("key") is not { ValueKind: JsonValueKind.String } member)
            throw RequestFields.Invalid("'key' must be specified in request body as JSON, or 'reset' set to true");
        Span<byte> text = stackalloc byte[TextLengthMax];
        Span<byte> key = stackalloc byte[TextLengthMax];
        try
        {
            var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(member));
            reader.Read();
            if (reader.ValueSpan.Length > TextLengthMax) throw NotAKey();
            var written = reader.CopyString(text);
            if (written == 0) throw RequestFields.Invalid("'key' must be specified in request body as JSON, or 'reset' set to true");
            if (Convert.FromHexString(text[..written], key, out _, out var length) != OperationStatus.Done
                && Base64.DecodeFromUtf8(text[..written], key, out _, out length) != OperationStatus.Done) throw NotAKey();
            if (length < LengthMin) throw RequestFields.Invalid($"invalid key: key is shorter than minimum {LengthMin} bytes");
            if (length > LengthMax) throw RequestFields.Invalid($"invalid key: key is longer than maximum {LengthMax} bytes");
            var share = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            key[..length].CopyTo(share);
            return share;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Writes <c>keys</c> and <c>keys_base64</c> and zeroes the shares.</summary>
    public static void WriteAndZero(Utf8JsonWriter writer, byte[][] shares)
    {
        Span<char> digits = stackalloc char[2 * LengthMax];
        writer.WriteStartArray("keys"u8);
        foreach (var share in shares)
        {
            Convert.TryToHexStringLower(share, digits, out var length);
            writer.WriteStringValue(digits[..length]);
        }
        writer.WriteEndArray();
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(digits));
        writer.WriteStartArray("keys_base64"u8);
        foreach (var share in shares)
        {
            writer.WriteBase64StringValue(share);
            CryptographicOperations.ZeroMemory(share);
        }
        writer.WriteEndArray();
    }

    private static Secrets.SecretException NotAKey() => RequestFields.Invalid("'key' must be a valid hex or base64 string");
}
