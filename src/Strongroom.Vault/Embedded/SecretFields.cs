using System.Text.Json;
using System.Text.Unicode;
using Strongroom.Secrets;
using Strongroom.Vault.Engines.Kv;

namespace Strongroom.Vault.Embedded;

/// <summary>The named fields of a secret to be written, in order. It refers to the values given and owns none of them.</summary>
public sealed class SecretFields
{
    /// <summary>The member that marks bytes which are not text: <c>{"$base64": "…"}</c>.</summary>
    internal static ReadOnlySpan<byte> Base64Member => "$base64"u8;

    private readonly List<Field> _fields = [];

    /// <summary>Number of fields.</summary>
    public int Count => _fields.Count;

    /// <summary>Sets a field to a value: text, or bytes, which are kept as base64 when they are not text.</summary>
    public SecretFields Set(string name, SecretValue value) => Set(new Field(name, value, 0, IsJson: false));

    /// <summary>Sets a field to a number.</summary>
    public SecretFields Set(string name, long number) => Set(new Field(name, null, number, IsJson: false));

    /// <summary>Sets a field to a JSON value of any kind. Throws InvalidInput when it is not JSON.</summary>
    public SecretFields SetJson(string name, SecretValue json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Reveal().ToArray(), new JsonDocumentOptions { MaxDepth = KvLimits.DataDepthMax - 4 });
        }
        catch (JsonException)
        {
            throw new SecretException(SecretErrorKind.InvalidInput, "is not JSON", name: name);
        }
        return Set(new Field(name, json, 0, IsJson: true));
    }

    /// <summary>All fields of a secret, to be changed and written back. The values are copies.</summary>
    public static SecretFields From(KvSecret secret)
    {
        var fields = new SecretFields();
        foreach (var name in secret.FieldNames)
            fields.Set(new Field(name, JsonFields.Raw(secret.Json.Reveal(), name), 0, IsJson: true));
        return fields;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var field in _fields)
        {
            writer.WritePropertyName(field.Name);
            if (field.Value is null) writer.WriteNumberValue(field.Number);
            else if (field.IsJson) writer.WriteRawValue(field.Value.Reveal(), skipInputValidation: true);
            else WriteValue(writer, field.Value);
        }
        writer.WriteEndObject();
    }

    internal static void WriteValue(Utf8JsonWriter writer, SecretValue value)
    {
        if (Utf8.IsValid(value.Reveal()))
        {
            writer.WriteStringValue(value.Reveal());
            return;
        }
        writer.WriteStartObject();
        writer.WriteBase64String(Base64Member, value.Reveal());
        writer.WriteEndObject();
    }

    private SecretFields Set(Field field)
    {
        var at = _fields.FindIndex(f => string.Equals(f.Name, field.Name, StringComparison.Ordinal));
        if (at < 0) _fields.Add(field);
        else _fields[at] = field;
        return this;
    }

    private readonly record struct Field(string Name, SecretValue? Value, long Number, bool IsJson);
}
