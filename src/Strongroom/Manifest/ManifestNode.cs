namespace Strongroom.Manifest;

/// <summary>A piece of a manifest as it was written, with the place that a fault names.</summary>
internal abstract record ManifestNode(ManifestPlace Place)
{
    /// <summary>How a fault calls it.</summary>
    public abstract string Shape { get; }
}

/// <summary>Where something stands: file, line and column from 1.</summary>
internal readonly record struct ManifestPlace(string File, int Line, int Column);

/// <summary>A text, number, true or false; or nothing at all.</summary>
internal sealed record ScalarNode(ManifestPlace Place, string Text, bool IsPlain) : ManifestNode(Place)
{
    /// <summary>Nothing written, as after <c>production:</c>.</summary>
    public bool IsEmpty => IsPlain && Text.Length == 0;

    /// <summary><c>null</c> or <c>~</c>: in a local file, take the key away.</summary>
    public bool IsNull => IsPlain && Text is "~" or "null" or "Null" or "NULL";

    public override string Shape => IsEmpty ? "nothing" : IsNull ? "null" : "a value";
}

/// <summary>A list.</summary>
internal sealed record ListNode(ManifestPlace Place, IReadOnlyList<ManifestNode> Items) : ManifestNode(Place)
{
    public override string Shape => "a list";
}

/// <summary>Keys with something under each. Keys are unique.</summary>
internal sealed record MapNode(ManifestPlace Place, IReadOnlyList<MapEntry> Entries) : ManifestNode(Place)
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
internal sealed record MapEntry(ManifestPlace Place, string Key, ManifestNode Node);
