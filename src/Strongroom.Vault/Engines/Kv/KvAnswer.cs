using Strongroom.Secrets;
using Strongroom.Vault.Json;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>Writes the parts that several answers of the Vault API share.</summary>
internal static class KvAnswer
{
    /// <summary>The facts about one version, as the answer to a write.</summary>
    public static SecretBuffer Version(KvMetadata metadata, KvVersion version)
    {
        var buffer = new SecretBuffer();
        var json = new JsonObjectText(buffer);
        json.Begin();
        WriteVersion(json, metadata, version);
        json.End();
        return buffer;
    }

    public static void WriteVersion(JsonObjectText json, KvMetadata metadata, KvVersion version)
    {
        json.Time("created_time"u8, version.CreatedAt);
        WriteCustomMetadata(json, metadata);
        WriteDeletion(json, version);
        json.Boolean("destroyed"u8, version.Destroyed);
        json.Number("version"u8, version.Number);
    }

    public static void WriteCustomMetadata(JsonObjectText json, KvMetadata metadata)
    {
        if (metadata.CustomMetadata.Count == 0)
        {
            json.Raw("custom_metadata"u8, "null"u8);
            return;
        }
        json.Begin("custom_metadata"u8);
        foreach (var (key, value) in metadata.CustomMetadata) json.Text(key, value);
        json.End();
    }

    public static void WriteDeletion(JsonObjectText json, KvVersion version)
    {
        if (version.DeletionAt is { } deletion) json.Time("deletion_time"u8, deletion);
        else json.Text("deletion_time"u8, ""u8);
    }
}
