using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>Collects imported entries; the last value of a name counts, at the place of the first.</summary>
internal sealed class ImportedEntries
{
    private readonly List<SecretEntry> _entries = [];
    private readonly Dictionary<string, int> _places = [];

    public IReadOnlyList<SecretEntry> Entries => _entries;

    /// <summary>False when the name was there already; its old value is zeroed.</summary>
    public bool Set(string name, SecretValue value)
    {
        if (_places.TryAdd(name, _entries.Count))
        {
            _entries.Add(new SecretEntry(name, value));
            return true;
        }
        var place = _places[name];
        _entries[place].Value.Dispose();
        _entries[place] = new SecretEntry(name, value);
        return false;
    }

    /// <summary>The name for a value under keys: a single key that can name a variable stays as it is.</summary>
    public static string NameOf(IReadOnlyList<string> keys) =>
        keys.Count == 1 && SecretName.IsEnvironmentName(keys[0]) ? keys[0] : string.Join('_', keys.Select(SecretName.ToEnvironmentName));
}
