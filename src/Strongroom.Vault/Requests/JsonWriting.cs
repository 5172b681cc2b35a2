using System.Text.Json;

namespace Strongroom.Vault.Requests;

/// <summary>What JSON answers are made of besides the members the writer itself knows.</summary>
internal static class JsonWriting
{
    public static void WriteStrings(this Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    /// <summary>An array of texts, or null where Vault has null for an empty one.</summary>
    public static void WriteStringsOrNull(this Utf8JsonWriter writer, string name, string[] values)
    {
        if (values.Length == 0) writer.WriteNull(name);
        else writer.WriteStrings(name, values);
    }

    /// <summary>An object of texts; null when there are no pairs at all.</summary>
    public static void WritePairs(this Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, string>? pairs)
    {
        if (pairs is null)
        {
            writer.WriteNull(name);
            return;
        }
        writer.WriteStartObject(name);
        foreach (var (key, value) in pairs) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    /// <summary>A time as Go writes it: RFC 3339 in UTC.</summary>
    public static void WriteUnixTime(this Utf8JsonWriter writer, string name, long unixSeconds) =>
        writer.WriteString(name, DateTimeOffset.FromUnixTimeSeconds(unixSeconds).UtcDateTime);
}
