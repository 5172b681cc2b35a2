namespace Strongroom.Formats;

/// <summary>A piece of a YAML file as it was written, with the place that a fault names.</summary>
internal abstract record YamlNode(TextPlace Place)
{
    /// <summary>How a fault calls it.</summary>
    public abstract string Shape { get; }
}

/// <summary>A text, number, true or false; or nothing at all.</summary>
internal sealed record ScalarNode(TextPlace Place, string Text, bool IsPlain) : YamlNode(Place)
{
    /// <summary>Nothing written, as after <c>production:</c>.</summary>
    public bool IsEmpty => IsPlain && Text.Length == 0;

    /// <summary><c>null</c> or <c>~</c>: in a local file, take the key away.</summary>
    public bool IsNull => IsPlain && Text is "~" or "null" or "Null" or "NULL";

    public override string Shape => IsEmpty ? "nothing" : IsNull ? "null" : "a value";
}

/// <summary>A list.</summary>
internal sealed record ListNode(TextPlace Place, IReadOnlyList<YamlNode> Items) : YamlNode(Place)
{
    public override string Shape => "a list";
}

/// <summary>Keys with something under each. Keys are unique.</summary>
internal sealed record MapNode(TextPlace Place, IReadOnlyList<MapEntry> Entries) : YamlNode(Place)
{
    public override string Shape => "a mapping";

    public MapEntry? Find(string key)
    {
        foreach (var entry in Entries)
            if (string.Equals(entry.Key, key, StringComparison.Ordinal)) return entry;
        return null;
    }
}

/// <summary>One key with the place where it stands.</summary>
internal sealed record MapEntry(TextPlace Place, string Key, YamlNode Node);
