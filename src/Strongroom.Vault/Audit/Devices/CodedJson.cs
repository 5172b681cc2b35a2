using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// Copies JSON with every text value replaced by its code; names, numbers and booleans stay, as in Vault. Texts under a name in
/// <paramref name="clear"/> stay too. With <paramref name="elide"/> the names in an answer to LIST are only counted.
/// </summary>
internal readonly ref struct CodedJson(AuditDevice device, Utf8JsonWriter json, string[] clear, bool elide)
{
    private const int DepthMax = 64;

    private readonly AuditDevice _device = device;
    private readonly Utf8JsonWriter _json = json;
    private readonly string[] _clear = clear;
    private readonly bool _elide = elide;

    /// <summary>Writes one value. Throws <see cref="JsonException"/> for what is no JSON; a part is written then.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = DepthMax });
        // Whether the texts at a depth stay as they are: that of the closest name around them.
        Span<bool> stays = stackalloc bool[DepthMax + 2];
        stays.Clear();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (_elide && reader.CurrentDepth == 1 && (reader.ValueTextEquals("keys"u8) || reader.ValueTextEquals("key_info"u8)))
                    {
                        WriteCount(ref reader);
                        break;
                    }
                    stays[reader.CurrentDepth] = IsClear(ref reader);
                    CopyName(ref reader);
                    break;
                case JsonTokenType.StartObject:
                    _json.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    _json.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    stays[reader.CurrentDepth + 1] = stays[reader.CurrentDepth];
                    _json.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    _json.WriteEndArray();
                    break;
                case JsonTokenType.String:
                    CopyText(ref reader, stays[reader.CurrentDepth]);
                    break;
                default:
                    _json.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }
    }

    private bool IsClear(ref Utf8JsonReader reader)
    {
        foreach (var name in _clear)
        {
            if (reader.ValueTextEquals(name)) return true;
        }
        return false;
    }

    private void CopyName(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped) _json.WritePropertyName(reader.GetString()!);
        else _json.WritePropertyName(reader.ValueSpan);
    }

    private void CopyText(ref Utf8JsonReader reader, bool stays)
    {
        if (!reader.ValueIsEscaped)
        {
            WriteText(reader.ValueSpan, stays);
            return;
        }
        var unescaped = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        var length = reader.CopyString(unescaped);
        WriteText(unescaped.AsSpan(0, length), stays);
        CryptographicOperations.ZeroMemory(unescaped.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(unescaped);
    }

    private void WriteText(ReadOnlySpan<byte> text, bool stays)
    {
        if (stays) _json.WriteStringValue(text);
        else _device.WriteCode(_json, text);
    }

    private void WriteCount(ref Utf8JsonReader reader)
    {
        CopyName(ref reader);
        reader.Read();
        var depth = reader.CurrentDepth;
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        var count = 0;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth == depth + 1 && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject)
                && (isArray || reader.TokenType == JsonTokenType.PropertyName)) count++;
        }
        _json.WriteNumberValue(count);
    }
}
