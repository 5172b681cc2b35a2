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
            Write(writer, system, entity.Id, alias);
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
        writer.WriteStringsOrNull("merged_entity_ids", entity.MergedEntityIds);
        writer.WritePairs("metadata", entity.Metadata);
        writer.WriteString("name"u8, entity.Name);
        writer.WriteString("namespace_id"u8, "root"u8);
        writer.WriteStringsOrNull("policies", entity.Policies);
    }

    /// <param name="writer">Takes it.</param>
    /// <param name="system">The vault.</param>
    /// <param name="owner">The entity or group whose alias it is.</param>
    /// <param name="alias">The alias.</param>
    public static void Write(Utf8JsonWriter writer, VaultSystem system, string owner, AliasRecord alias)
    {
        var mount = system.Mounts.Table.FindByAccessor(alias.MountAccessor);
        writer.WriteString("canonical_id"u8, owner);
        writer.WriteUnixTime("creation_time", alias.CreatedAt);
        writer.WritePairs("custom_metadata", alias.CustomMetadata);
        writer.WriteString("id"u8, alias.Id);
        writer.WriteUnixTime("last_update_time", alias.UpdatedAt);
        writer.WriteBoolean("local"u8, value: false);
        writer.WriteStringsOrNull("merged_from_canonical_ids", alias.MergedFrom);
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

    /// <summary>An alias of a group as listings tell it, under this name.</summary>
    public static void WriteSummary(Utf8JsonWriter writer, string name, VaultSystem system, AliasRecord alias, string? owner = null)
    {
        var mount = system.Mounts.Table.FindByAccessor(alias.MountAccessor);
        writer.WriteStartObject(name);
        if (owner is not null) writer.WriteString("canonical_id"u8, owner);
        else writer.WriteString("id"u8, alias.Id);
        writer.WriteString("mount_accessor"u8, alias.MountAccessor);
        writer.WriteString("mount_path"u8, mount?.Path ?? "");
        writer.WriteString("mount_type"u8, mount?.Type ?? "");
        writer.WriteString("name"u8, alias.Name);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, VaultSystem system, GroupRecord group, IReadOnlyList<GroupRecord> parents)
    {
        writer.WriteStartObject("alias"u8);
        if (group.Alias is { } alias) WriteOfGroup(writer, system, group.Id, alias);
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
        writer.WriteStringsOrNull("parent_group_ids", [.. parents.Select(parent => parent.Id)]);
        writer.WriteStringsOrNull("policies", group.Policies);
        writer.WriteString("type"u8, group.External ? PathGroup.External : PathGroup.Internal);
    }

    private static void WriteOfGroup(Utf8JsonWriter writer, VaultSystem system, string groupId, AliasRecord alias)
    {
        var mount = system.Mounts.Table.FindByAccessor(alias.MountAccessor);
        writer.WriteString("canonical_id"u8, groupId);
        writer.WriteUnixTime("creation_time", alias.CreatedAt);
        writer.WriteString("id"u8, alias.Id);
        writer.WriteUnixTime("last_update_time", alias.UpdatedAt);
        writer.WriteNull("merged_from_canonical_ids"u8);
        writer.WriteNull("metadata"u8);
        writer.WriteString("mount_accessor"u8, alias.MountAccessor);
        writer.WriteString("mount_path"u8, mount?.Path ?? "");
        writer.WriteString("mount_type"u8, mount?.Type ?? "");
        writer.WriteString("name"u8, alias.Name);
    }
}
