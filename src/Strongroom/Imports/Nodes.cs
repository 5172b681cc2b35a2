using Strongroom.Formats;

namespace Strongroom.Imports;

/// <summary>Looks into files that other tools own: what is not there, or has another shape, reads as absent.</summary>
internal static class Nodes
{
    public static MapNode? Map(this MapNode? map, string key) => map?.Find(key)?.Node as MapNode;

    public static string? Text(this MapNode? map, string key) => map?.Find(key)?.Node is ScalarNode { IsNull: false, IsEmpty: false } scalar ? scalar.Text : null;

    public static bool? Flag(this MapNode? map, string key) => map.Text(key) switch { "true" => true, "false" => false, _ => null };

    public static IReadOnlyList<MapEntry> EntriesOf(this MapNode? map, string key) => map.Map(key)?.Entries ?? [];

    public static IReadOnlyList<YamlNode> ItemsOf(this MapNode? map, string key) => (map?.Find(key)?.Node as ListNode)?.Items ?? [];
}
