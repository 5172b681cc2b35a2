namespace Strongroom.Formats;

/// <summary>A table of TOML while it is read: headers may add to one that is there.</summary>
internal sealed class TomlTable(TextPlace place)
{
    private readonly List<(TextPlace Place, string Key, object Value)> _entries = [];
    private readonly Dictionary<string, int> _keys = [];

    /// <summary>Whether it was written inline, and is whole.</summary>
    public bool IsClosed { get; init; }

    /// <summary>False when the key is there already.</summary>
    public bool Set(string key, TextPlace at, object value)
    {
        if (!_keys.TryAdd(key, _entries.Count)) return false;
        _entries.Add((at, key, value));
        return true;
    }

    /// <summary>The table of a key, made when it is not there, or the last one of a list of tables; null when something else is.</summary>
    public TomlTable? Enter(string key, TextPlace at)
    {
        if (!_keys.TryGetValue(key, out var index))
        {
            var made = new TomlTable(at);
            Set(key, at, made);
            return made;
        }
        return _entries[index].Value switch
        {
            TomlTable { IsClosed: false } table => table,
            List<TomlTable> list => list[^1],
            _ => null,
        };
    }

    /// <summary>One more table of a list; null when something else is there.</summary>
    public TomlTable? AddItem(string key, TextPlace at)
    {
        var item = new TomlTable(at);
        if (!_keys.TryGetValue(key, out var index)) Set(key, at, new List<TomlTable> { item });
        else if (_entries[index].Value is List<TomlTable> list) list.Add(item);
        else return null;
        return item;
    }

    public MapNode ToNode() => new(place, [.. _entries.Select(entry => new MapEntry(entry.Place, entry.Key, NodeOf(entry.Value)))]);

    public static YamlNode NodeOf(object value) => value switch
    {
        TomlTable table => table.ToNode(),
        List<TomlTable> list => new ListNode(list[0].ToNode().Place, [.. list.Select(item => item.ToNode())]),
        _ => (YamlNode)value,
    };
}
