using Strongroom.Manifest;

namespace Strongroom.Imports;

/// <summary>A store as another tool names it, in the words of the manifest; the project gives it a name.</summary>
/// <param name="Kind">Kind of backend.</param>
/// <param name="Name">The name that the project gives it, unless it has one for it already.</param>
/// <param name="Settings">Its settings, in the order written.</param>
public sealed record StorePlace(string Kind, string Name, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    internal static StorePlace Of(string kind, string name, params ReadOnlySpan<(string Key, string? Value)> settings)
    {
        var given = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in settings)
            if (value is { Length: > 0 }) given.Add(new(key, value));
        return new StorePlace(kind, name, given);
    }

    /// <summary>Whether this program has such a store with such settings.</summary>
    internal bool IsKnown =>
        StoreKind.Find(Kind) is { } known && Settings.All(setting => known.AllSettings.Any(s => string.Equals(s.Key, setting.Key, StringComparison.Ordinal)));

    /// <summary>Whether a store of the manifest is this one.</summary>
    internal bool Is(StoreDefinition store) =>
        store.Kind == Kind && store.Settings.Count == Settings.Count
        && Settings.All(setting => store.Settings.TryGetValue(setting.Key, out var value) && value == setting.Value);

    /// <inheritdoc/>
    public bool Equals(StorePlace? other) => other is not null && Kind == other.Kind && Settings.SequenceEqual(other.Settings);

    /// <inheritdoc/>
    public override int GetHashCode() => Settings.Aggregate(Kind.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}
