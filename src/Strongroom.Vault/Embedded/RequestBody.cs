using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Embedded;

/// <summary>Writes the JSON bodies of requests to the KV engine. The receiver disposes of them.</summary>
internal static class RequestBody
{
    public static SecretBuffer Data(SecretFields fields, int? cas)
    {
        var body = new SecretBuffer();
        using var writer = new Utf8JsonWriter(body);
        Begin(writer, cas);
        fields.Write(writer);
        writer.WriteEndObject();
        return body;
    }

    public static SecretBuffer Data(SecretValue json, int? cas)
    {
        var body = new SecretBuffer(json.Length + 64);
        using var writer = new Utf8JsonWriter(body);
        Begin(writer, cas);
        writer.WriteRawValue(json.Reveal(), skipInputValidation: true);
        writer.WriteEndObject();
        return body;
    }

    /// <summary>Names one field.</summary>
    public static SecretBuffer Field(string name)
    {
        var body = new SecretBuffer();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteString("field"u8, name);
        writer.WriteEndObject();
        return body;
    }

    public static SecretBuffer Versions(IReadOnlyList<int> versions)
    {
        var body = new SecretBuffer();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteStartArray("versions"u8);
        foreach (var version in versions) writer.WriteNumberValue(version);
        writer.WriteEndArray();
        writer.WriteEndObject();
        return body;
    }

    public static SecretBuffer CustomMetadata(IReadOnlyDictionary<string, string?> pairs)
    {
        var body = new SecretBuffer();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteStartObject("custom_metadata"u8);
        foreach (var (key, value) in pairs)
        {
            if (value is null) writer.WriteNull(key);
            else writer.WriteString(key, value);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
        return body;
    }

    private static void Begin(Utf8JsonWriter writer, int? cas)
    {
        writer.WriteStartObject();
        if (cas is { } version)
        {
            writer.WriteStartObject("options"u8);
            writer.WriteNumber("cas"u8, version);
            writer.WriteEndObject();
        }
        writer.WritePropertyName("data"u8);
    }
}
