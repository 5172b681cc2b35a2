using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Json;

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
        catch (FormatException)
        {
            throw EntryFormat.Damaged("of a secret's metadata cannot be read");
        }
    }

    private static KvMetadata Read(ReadOnlySpan<byte> stored, long revision)
    {
        var json = new JsonCursor(stored);
        DateTime created = default, updated = default;
        int current = 0, oldest = 0, max = 0;
        var cas = false;
        var ttl = TimeSpan.Zero;
        var custom = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var versions = new List<KvVersion>();
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.NameIs("created"u8)) created = json.ReadTime();
            else if (json.NameIs("updated"u8)) updated = json.ReadTime();
            else if (json.NameIs("current"u8)) current = json.ReadInt32();
            else if (json.NameIs("oldest"u8)) oldest = json.ReadInt32();
            else if (json.NameIs("max"u8)) max = json.ReadInt32();
            else if (json.NameIs("cas"u8)) cas = json.ReadBoolean();
            else if (json.NameIs("ttl"u8)) ttl = new TimeSpan(json.ReadInt64());
            else if (json.NameIs("custom"u8)) ReadCustom(ref json, custom);
            else if (json.NameIs("versions"u8)) ReadVersions(ref json, versions);
            else json.Skip();
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

    private static void ReadCustom(ref JsonCursor json, SortedDictionary<string, string> custom)
    {
        json.EnterObject();
        while (json.NextMember()) custom[json.Name] = json.ReadText();
    }

    private static void ReadVersions(ref JsonCursor json, List<KvVersion> versions)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            json.EnterObject();
            var number = 0;
            DateTime created = default;
            DateTime? deletion = null;
            var destroyed = false;
            while (json.NextMember())
            {
                if (json.NameIs("n"u8)) number = json.ReadInt32();
                else if (json.NameIs("created"u8)) created = json.ReadTime();
                else if (json.NameIs("deletion"u8)) deletion = json.ReadTime();
                else if (json.NameIs("destroyed"u8)) destroyed = json.ReadBoolean();
                else json.Skip();
            }
            versions.Add(new KvVersion { Number = number, CreatedAt = created, DeletionAt = deletion, Destroyed = destroyed });
        }
    }
}
