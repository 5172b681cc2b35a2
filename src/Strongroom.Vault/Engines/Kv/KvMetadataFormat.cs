using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>The metadata of a secret as it is stored: one JSON object. Unknown members are skipped, so that later versions may add some.</summary>
internal static class KvMetadataFormat
{
    public static void Encode(KvMetadata metadata, SecretBuffer buffer)
    {
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("created"u8, metadata.CreatedAt);
        writer.WriteString("updated"u8, metadata.UpdatedAt);
        writer.WriteNumber("current"u8, metadata.CurrentVersion);
        writer.WriteNumber("oldest"u8, metadata.OldestVersion);
        if (metadata.VersionsMax != 0) writer.WriteNumber("max"u8, metadata.VersionsMax);
        if (metadata.CasRequired) writer.WriteBoolean("cas"u8, value: true);
        if (metadata.DeleteVersionAfter != TimeSpan.Zero) writer.WriteNumber("ttl"u8, metadata.DeleteVersionAfter.Ticks);
        if (metadata.CustomMetadata.Count > 0)
        {
            writer.WriteStartObject("custom"u8);
            foreach (var (key, value) in metadata.CustomMetadata) writer.WriteString(key, value);
            writer.WriteEndObject();
        }
        writer.WriteStartArray("versions"u8);
        foreach (var version in metadata.Versions)
        {
            writer.WriteStartObject();
            writer.WriteNumber("n"u8, version.Number);
            writer.WriteString("created"u8, version.CreatedAt);
            if (version.DeletionAt is { } deletion) writer.WriteString("deletion"u8, deletion);
            if (version.Destroyed) writer.WriteBoolean("destroyed"u8, value: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static KvMetadata Decode(ReadOnlySpan<byte> json, long revision)
    {
        try
        {
            return Read(json, revision);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw EntryFormat.Damaged("of a secret's metadata cannot be read");
        }
    }

    private static KvMetadata Read(ReadOnlySpan<byte> json, long revision)
    {
        var reader = new Utf8JsonReader(json);
        DateTime created = default, updated = default;
        int current = 0, oldest = 0, max = 0;
        var cas = false;
        var ttl = TimeSpan.Zero;
        var custom = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var versions = new List<KvVersion>();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("created"u8)) { reader.Read(); created = reader.GetDateTime(); }
            else if (reader.ValueTextEquals("updated"u8)) { reader.Read(); updated = reader.GetDateTime(); }
            else if (reader.ValueTextEquals("current"u8)) { reader.Read(); current = reader.GetInt32(); }
            else if (reader.ValueTextEquals("oldest"u8)) { reader.Read(); oldest = reader.GetInt32(); }
            else if (reader.ValueTextEquals("max"u8)) { reader.Read(); max = reader.GetInt32(); }
            else if (reader.ValueTextEquals("cas"u8)) { reader.Read(); cas = reader.GetBoolean(); }
            else if (reader.ValueTextEquals("ttl"u8)) { reader.Read(); ttl = new TimeSpan(reader.GetInt64()); }
            else if (reader.ValueTextEquals("custom"u8)) ReadCustom(ref reader, custom);
            else if (reader.ValueTextEquals("versions"u8)) ReadVersions(ref reader, versions);
            else reader.Skip();
        }
        return new KvMetadata
        {
            Revision = revision,
            CreatedAt = created,
            UpdatedAt = updated,
            CurrentVersion = current,
            OldestVersion = oldest,
            VersionsMax = max,
            CasRequired = cas,
            DeleteVersionAfter = ttl,
            CustomMetadata = custom,
            Versions = versions,
        };
    }

    private static void ReadCustom(ref Utf8JsonReader reader, SortedDictionary<string, string> custom)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            custom[key] = reader.GetString()!;
        }
    }

    private static void ReadVersions(ref Utf8JsonReader reader, List<KvVersion> versions)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var number = 0;
            DateTime created = default;
            DateTime? deletion = null;
            var destroyed = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("n"u8)) { reader.Read(); number = reader.GetInt32(); }
                else if (reader.ValueTextEquals("created"u8)) { reader.Read(); created = reader.GetDateTime(); }
                else if (reader.ValueTextEquals("deletion"u8)) { reader.Read(); deletion = reader.GetDateTime(); }
                else if (reader.ValueTextEquals("destroyed"u8)) { reader.Read(); destroyed = reader.GetBoolean(); }
                else reader.Skip();
            }
            versions.Add(new KvVersion { Number = number, CreatedAt = created, DeletionAt = deletion, Destroyed = destroyed });
        }
    }
}
