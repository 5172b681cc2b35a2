using System.Text.Json;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Identity;

/// <summary>Entities, aliases and groups as answers tell them.</summary>
internal static class IdentityAnswers
{
    public static void Write(Utf8JsonWriter writer, VaultSystem system, EntityRecord entity, IReadOnlyCollection<GroupRecord> groups)
    {
        var (direct, inherited) = (new List<string>(), new List<string>());
        foreach (var group in groups) (group.MemberEntityIds.Contains(entity.Id, StringComparer.Ordinal) ? direct : inherited).Add(group.Id);
        writer.WriteStartArray("aliases"u8);
        foreach (var alias in entity.Aliases)
        {
            writer.WriteStartObject();
            Write(writer, system, entity, alias);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteUnixTime("creation_time", entity.CreatedAt);
        writer.WriteStrings("direct_group_ids", direct);
        writer.WriteBoolean("disabled"u8, entity.Disabled);
        writer.WriteStrings("group_ids", [.. direct, .. inherited]);
        writer.WriteString("id"u8, entity.Id);
        writer.WriteStrings("inherited_group_ids", inherited);
        writer.WriteUnixTime("last_update_time", entity.UpdatedAt);
        writer.WriteNull("merged_entity_ids"u8);
        writer.WritePairs("metadata", entity.Metadata);
        writer.WriteString("name"u8, entity.Name);
        writer.WriteString("namespace_id"u8, "root"u8);
        writer.WriteStringsOrNull("policies", entity.Policies);
    }

    public static void Write(Utf8JsonWriter writer, VaultSystem system, EntityRecord entity, AliasRecord alias)
    {
        var mount = system.Mounts.Table.FindByAccessor(alias.MountAccessor);
        writer.WriteString("canonical_id"u8, entity.Id);
        writer.WriteUnixTime("creation_time", alias.CreatedAt);
        writer.WritePairs("custom_metadata", alias.CustomMetadata);
        writer.WriteString("id"u8, alias.Id);
        writer.WriteUnixTime("last_update_time", alias.UpdatedAt);
        writer.WriteBoolean("local"u8, value: false);
        writer.WriteNull("merged_from_canonical_ids"u8);
        writer.WritePairs("metadata", alias.Metadata);
        writer.WriteString("mount_accessor"u8, alias.MountAccessor);
        writer.WriteString("mount_path"u8, mount?.Path ?? "");
        writer.WriteString("mount_type"u8, mount?.Type ?? "");
        writer.WriteString("name"u8, alias.Name);
        writer.WriteString("namespace_id"u8, "root"u8);
    }

    public static void WriteAliasSummaries(Utf8JsonWriter writer, VaultSystem system, EntityRecord entity)
    {
        writer.WriteStartArray("aliases"u8);
        foreach (var alias in entity.Aliases)
        {
            var mount = system.Mounts.Table.FindByAccessor(alias.MountAccessor);
            writer.WriteStartObject();
            writer.WriteString("canonical_id"u8, entity.Id);
            writer.WriteString("id"u8, alias.Id);
            writer.WriteString("mount_accessor"u8, alias.MountAccessor);
            writer.WriteString("mount_path"u8, mount?.Path ?? "");
            writer.WriteString("mount_type"u8, mount?.Type ?? "");
            writer.WriteString("name"u8, alias.Name);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, GroupRecord group, IEnumerable<string> parents)
    {
        writer.WriteStartObject("alias"u8);
        writer.WriteEndObject();
        writer.WriteUnixTime("creation_time", group.CreatedAt);
        writer.WriteString("id"u8, group.Id);
        writer.WriteUnixTime("last_update_time", group.UpdatedAt);
        writer.WriteStrings("member_entity_ids", group.MemberEntityIds);
        writer.WriteStringsOrNull("member_group_ids", group.MemberGroupIds);
        writer.WritePairs("metadata", group.Metadata);
        writer.WriteNumber("modify_index"u8, 1);
        writer.WriteString("name"u8, group.Name);
        writer.WriteString("namespace_id"u8, "root"u8);
        writer.WriteStringsOrNull("parent_group_ids", [.. parents]);
        writer.WriteStringsOrNull("policies", group.Policies);
        writer.WriteString("type"u8, "internal"u8);
    }
}
