using Strongroom.Formats;

namespace Strongroom.Manifest;

/// <summary>
/// Puts the local file over the committed one. Mappings merge key by key; a list or a value replaces; <c>null</c> takes a key
/// away; a key with nothing after it leaves what is there.
/// </summary>
internal static class ManifestMerge
{
    public static MapNode Merge(MapNode below, MapNode above)
    {
        var entries = new List<MapEntry>(below.Entries);
        foreach (var entry in above.Entries)
        {
            var index = entries.FindIndex(e => string.Equals(e.Key, entry.Key, StringComparison.Ordinal));
            if (entry.Node is ScalarNode { IsNull: true })
            {
                if (index >= 0) entries.RemoveAt(index);
            }
            else if (index < 0) entries.Add(entry);
            else if (entry.Node is MapNode map && entries[index].Node is MapNode under) entries[index] = entry with { Node = Merge(under, map) };
            else if (entry.Node is not ScalarNode { IsEmpty: true }) entries[index] = entry;
        }
        return below with { Entries = entries };
    }
}
