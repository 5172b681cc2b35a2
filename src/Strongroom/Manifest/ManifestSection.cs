using Strongroom.Formats;

namespace Strongroom.Manifest;

/// <summary>A mapping of the manifest, read key by key. Whatever does not fit becomes a fault and reads as absent.</summary>
internal sealed class ManifestSection
{
    private readonly MapNode _map;
    private readonly TextFaults _faults;

    public ManifestSection(MapNode map, string what, IReadOnlyCollection<string> known, TextFaults faults)
    {
        _map = map;
        _faults = faults;
        foreach (var entry in map.Entries)
            if (!known.Contains(entry.Key)) faults.AddUnknown(entry.Place, $"key in {what}", entry.Key, known);
    }

    public TextFaults Faults => _faults;

    /// <summary>Where the value of a key stands, or the section when it is absent.</summary>
    public TextPlace PlaceOf(string key) => _map.Find(key)?.Node.Place ?? _map.Place;

    /// <summary>The node of a key; null when it is absent or empty.</summary>
    public YamlNode? Node(string key) =>
        _map.Find(key)?.Node is { } node and not (ScalarNode { IsEmpty: true } or ScalarNode { IsNull: true }) ? node : null;

    public string? Text(string key) => Node(key) switch
    {
        null => null,
        ScalarNode scalar => scalar.Text,
        var other => Refuse<string>(other, $"{key}: expected a text, found {other.Shape}"),
    };

    public bool Flag(string key, bool absent)
    {
        switch (Text(key))
        {
            case null: return absent;
            case "true": return true;
            case "false": return false;
            default:
                _faults.Add(PlaceOf(key), $"{key}: expected true or false");
                return absent;
        }
    }

    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text) return null;
        if (DurationText.TryParse(text, out var duration)) return duration;
        _faults.Add(PlaceOf(key), $"{key}: expected a duration", "write a number and a unit: 30s, 5m, 24h, 90d, 2w");
        return null;
    }

    public MapNode? Map(string key) => Node(key) switch
    {
        null => null,
        MapNode map => map,
        var other => Refuse<MapNode>(other, $"{key}: expected a mapping, found {other.Shape}"),
    };

    /// <summary>A list of texts; one text alone is a list of one.</summary>
    public IReadOnlyList<ScalarNode>? Words(string key)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case ScalarNode single:
                return [single];
            case ListNode list:
                var words = new List<ScalarNode>(list.Items.Count);
                foreach (var item in list.Items)
                {
                    if (item is ScalarNode word) words.Add(word);
                    else _faults.Add(item.Place, $"{key}: expected a text, found {item.Shape}");
                }
                return words;
            case var other:
                return Refuse<IReadOnlyList<ScalarNode>>(other, $"{key}: expected a list, found {other.Shape}");
        }
    }

    private T? Refuse<T>(YamlNode node, string message) where T : class
    {
        _faults.Add(node.Place, message);
        return null;
    }
}
