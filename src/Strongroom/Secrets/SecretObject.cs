using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Strongroom.Secrets;

/// <summary>
/// A secret that is a JSON object of fields, as KV engines, AWS Secrets Manager and the embedded vault keep them. A field is a text;
/// bytes that are no text stand as <c>{"$base64": "…"}</c>; anything else is given out as the JSON that it is.
/// </summary>
public static class SecretObject
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> Base64Member => "$base64"u8;

    /// <summary>True when the bytes are one JSON object and nothing else.</summary>
    public static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// The value of a field, which the receiver owns; null when there is none. Without a field: the field <c>value</c> if there is
    /// one, and otherwise the whole object.
    /// </summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Malformed"/> when the bytes are no JSON object.</exception>
    public static SecretValue? Find(ReadOnlySpan<byte> json, string? field) => Guard(json, field, static (json, field) =>
    {
        var (start, length) = Locate(json, field ?? SecretAddress.DefaultField);
        if (length > 0) return ToValue(json.Slice(start, length));
        return field is null ? SecretValue.FromBytes(json) : null;
    });

    /// <summary>The same for a value that is already read: a text as its bytes, anything else as JSON. The receiver owns it.</summary>
    public static SecretValue ToValue(JsonElement element) => ToValue(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>The names of the fields, in the order written.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Malformed"/> when the bytes are no JSON object.</exception>
    public static IReadOnlyList<string> Names(ReadOnlySpan<byte> json) => Guard(json, 0, static (json, _) =>
    {
        var names = new List<string>();
        var reader = Enter(json);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Skip();
        }
        return names;
    });

    /// <summary>The object with one field set and the others as they were. Empty bytes count as an object without fields.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Malformed"/> when the bytes are no JSON object.</exception>
    public static SecretBuffer Set(ReadOnlySpan<byte> json, string field, SecretValue value) =>
        Guard(json.IsEmpty ? "{}"u8 : json, (field, value), static (json, change) => Rewrite(json, change.field, change.value));

    /// <summary>The object without a field; null when it has no such field.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Malformed"/> when the bytes are no JSON object.</exception>
    public static SecretBuffer? Remove(ReadOnlySpan<byte> json, string field) =>
        Guard(json, field, static (json, field) => Locate(json, field).Length == 0 ? null : Rewrite(json, field, value: null));

    /// <summary>Writes a value as a JSON value: text as text, other bytes as <c>{"$base64": "…"}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, SecretValue value)
    {
        var bytes = value.Reveal();
        if (Utf8.IsValid(bytes))
        {
            writer.WriteStringValue(bytes);
            return;
        }
        writer.WriteStartObject();
        writer.WriteBase64String(Base64Member, bytes);
        writer.WriteEndObject();
    }

    private static SecretBuffer Rewrite(ReadOnlySpan<byte> json, string field, SecretValue? value)
    {
        var buffer = new SecretBuffer(json.Length + (value?.Length ?? 0) + field.Length + 64);
        try
        {
            using var writer = new Utf8JsonWriter(buffer, Writing);
            writer.WriteStartObject();
            var reader = Enter(json);
            var isSet = value is null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals(field);
                if (!isIt || !isSet) writer.WritePropertyName(reader.GetString()!);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (!isIt)
                {
                    writer.WriteRawValue(json[start..(int)reader.BytesConsumed], skipInputValidation: true);
                }
                else if (!isSet)
                {
                    Write(writer, value!);
                    isSet = true;
                }
            }
            if (!isSet)
            {
                writer.WritePropertyName(field);
                Write(writer, value!);
            }
            writer.WriteEndObject();
            writer.Flush();
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Where the last member of that name has its value: as JSON readers do, the last one counts.</summary>
    private static (int Start, int Length) Locate(ReadOnlySpan<byte> json, string field)
    {
        var reader = Enter(json);
        var found = (0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(field);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isIt) found = (start, (int)reader.BytesConsumed - start);
        }
        return found;
    }

    private static Utf8JsonReader Enter(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 128 });
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? reader : throw new JsonException();
    }

    private static SecretValue ToValue(ReadOnlySpan<byte> raw)
    {
        if (raw is [(byte)'"', ..]) return Text(raw);
        return Bytes(raw) ?? SecretValue.FromBytes(raw);
    }

    private static SecretValue Text(ReadOnlySpan<byte> raw)
    {
        if (!raw.Contains((byte)'\\')) return SecretValue.FromBytes(raw[1..^1]);
        using var plain = new SecretBuffer(raw.Length);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        plain.Advance(reader.CopyString(plain.GetSpan(raw.Length)));
        return plain.ToValue();
    }

    /// <summary>The bytes of <c>{"$base64": "…"}</c>; null for every other value.</summary>
    private static SecretValue? Bytes(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(Base64Member)) return null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String) return null;
        using var text = new SecretBuffer(reader.ValueSpan.Length);
        text.Advance(reader.CopyString(text.GetSpan(reader.ValueSpan.Length)));
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject) return null;
        using var plain = new SecretBuffer(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        if (Base64.DecodeFromUtf8(text.Written, plain.GetSpan(Base64.GetMaxDecodedFromUtf8Length(text.Length)), out _, out var length) != System.Buffers.OperationStatus.Done)
            return null;
        plain.Advance(length);
        return plain.ToValue();
    }

    /// <summary>Neither the message nor the inner exception of a fault is kept: either may quote the value.</summary>
    private static TResult Guard<TState, TResult>(ReadOnlySpan<byte> json, TState state, Work<TState, TResult> work)
    {
        try
        {
            return work(json, state);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "is not a JSON object of fields");
        }
    }

    private delegate TResult Work<in TState, out TResult>(ReadOnlySpan<byte> json, TState state);
}
