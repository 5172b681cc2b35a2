using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>Writes the parts that several answers of the Vault API share.</summary>
internal static class KvAnswer
{
    /// <summary>The facts about one version, as the answer to a write.</summary>
    public static SecretBuffer Version(KvMetadata metadata, KvVersion version)
    {
        var buffer = new SecretBuffer();
        using var writer = new Utf8JsonWriter(buffer);
        WriteVersion(writer, metadata, version);
        return buffer;
    }

    public static void WriteVersion(Utf8JsonWriter writer, KvMetadata metadata, KvVersion version)
    {
        writer.WriteStartObject();
        writer.WriteString("created_time"u8, version.CreatedAt);
        WriteCustomMetadata(writer, metadata);
        WriteDeletion(writer, version);
        writer.WriteBoolean("destroyed"u8, version.Destroyed);
        writer.WriteNumber("version"u8, version.Number);
        writer.WriteEndObject();
    }

    public static void WriteCustomMetadata(Utf8JsonWriter writer, KvMetadata metadata)
    {
        if (metadata.CustomMetadata.Count == 0)
        {
            writer.WriteNull("custom_metadata"u8);
            return;
        }
        writer.WriteStartObject("custom_metadata"u8);
        foreach (var (key, value) in metadata.CustomMetadata) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    public static void WriteDeletion(Utf8JsonWriter writer, KvVersion version)
    {
        if (version.DeletionAt is { } deletion) writer.WriteString("deletion_time"u8, deletion);
        else writer.WriteString("deletion_time"u8, ""u8);
    }
}
