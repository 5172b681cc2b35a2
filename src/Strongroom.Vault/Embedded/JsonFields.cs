using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Embedded;

/// <summary>Picks fields out of a JSON object without copying more of it than asked for.</summary>
internal static class JsonFields
{
    public static List<string> Names(ReadOnlySpan<byte> json)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Skip();
        }
        return names;
    }

    public static SecretValue? Find(ReadOnlySpan<byte> json, ReadOnlySpan<char> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found) return Value(ref reader, json);
            reader.Skip();
        }
        return null;
    }

    /// <summary>One member as the JSON that it is.</summary>
    public static SecretValue? Raw(ReadOnlySpan<byte> json, ReadOnlySpan<char> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found) return SecretValue.FromBytes(json[start..(int)reader.BytesConsumed]);
        }
        return null;
    }

    private static SecretValue Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType == JsonTokenType.String) return Text(ref reader);
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var raw = json[start..(int)reader.BytesConsumed];
        return Bytes(raw) ?? SecretValue.FromBytes(raw);
    }

    private static SecretValue Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return SecretValue.FromBytes(reader.ValueSpan);
        var plain = GC.AllocateUninitializedArray<byte>(reader.ValueSpan.Length, pinned: true);
        var length = reader.CopyString(plain);
        var value = SecretValue.FromBytes(plain.AsSpan(0, length));
        CryptographicOperations.ZeroMemory(plain);
        return value;
    }

    /// <summary>The bytes of <c>{"$base64": "…"}</c>; null for every other value.</summary>
    private static SecretValue? Bytes(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject
            || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(SecretFields.Base64Member)
            || !reader.Read() || reader.TokenType != JsonTokenType.String) return null;
        using var text = Text(ref reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject) return null;
        var plain = GC.AllocateUninitializedArray<byte>(Base64.GetMaxDecodedFromUtf8Length(text.Length), pinned: true);
        var decoded = Base64.DecodeFromUtf8(text.Reveal(), plain, out _, out var length) == System.Buffers.OperationStatus.Done
            ? SecretValue.FromBytes(plain.AsSpan(0, length))
            : null;
        CryptographicOperations.ZeroMemory(plain);
        return decoded;
    }
}
