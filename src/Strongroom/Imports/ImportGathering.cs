using System.Text;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>Collects what a file of another tool gives: values, declarations, and what has no counterpart here.</summary>
internal sealed class ImportGathering(string file)
{
    private readonly ImportedEntries _values = new();
    private readonly List<ImportedSecret> _secrets = [];
    private readonly TextFaults _duplicates = new();

    public TextFaults Faults { get; } = new();

    public TextFaults Leftovers { get; } = new();

    public void AddValue(TextPlace place, string name, SecretValue value)
    {
        if (!IsName(place, name)) value.Dispose();
        else if (!_values.Set(name, value)) _duplicates.Add(place, $"{name} is there already", "the last value counts");
    }

    /// <summary>Declares a secret. One whose store this program does not have is a leftover.</summary>
    public void Declare(TextPlace place, ImportedSecret secret)
    {
        if (!IsName(place, secret.Name)) return;
        if (secret.Store is { IsKnown: false } store)
        {
            Leave(place, secret.Name, $"is in a store of the kind {store.Kind}, and this program has none such");
            return;
        }
        _secrets.RemoveAll(known => known.Name == secret.Name);
        _secrets.Add(secret);
    }

    /// <summary>Takes a text for what it is: a reference, a value, or a default that is no secret.</summary>
    public void AddText(TextPlace place, string name, string text, ImportedSecret? declared = null)
    {
        declared ??= new ImportedSecret(name);
        if (ForeignReference.Looks(Encoding.UTF8.GetBytes(text))) AddReference(place, name, text, declared);
        else AddValue(place, name, SecretValue.FromText(text));
    }

    public void AddReference(TextPlace place, string name, string text, ImportedSecret? declared = null)
    {
        if (ForeignReference.Read(text, out var problem) is { } found) Declare(place, (declared ?? new ImportedSecret(name)) with { Store = found.Store, Address = found.Address });
        else if (SecretName.IsEnvironmentName(name)) LeavePart(place, $"{name} {problem}", $"{ForeignReference.Command(text, name)} | strongroom set {name}");
        else Leave(place, name, problem);
    }

    /// <summary>
    /// A value that stands in a committed file in the open: the manifest's default; but one that looks like a secret, or counts in one
    /// profile alone, is imported.
    /// </summary>
    public void AddDefault(TextPlace place, ImportedSecret declared, string text, bool isOfProfile)
    {
        if (!isOfProfile && SecretLookalike.Find(text) is null)
        {
            Declare(place, declared with { Default = text });
            return;
        }
        Declare(place, declared);
        AddValue(place, declared.Name, SecretValue.FromText(text));
    }

    /// <summary>Reports what has no counterpart, with how to take it over by hand.</summary>
    public void Leave(TextPlace place, string name, string reason) =>
        Leftovers.Add(place, $"{TextFaults.Shorten(name)} {reason}", SecretName.IsEnvironmentName(name) ? $"set it by hand: strongroom set {TextFaults.Shorten(name)}" : null);

    /// <summary>Reports keys that nothing here understands.</summary>
    public void LeaveUnknown(MapNode? map, string owner, params ReadOnlySpan<string> known)
    {
        foreach (var entry in map?.Entries ?? [])
            if (!known.Contains(entry.Key)) LeavePart(entry.Place, $"{TextFaults.Shorten(owner)}: {TextFaults.Shorten(entry.Key)} has no counterpart here", suggestion: null);
    }

    public void LeavePart(TextPlace place, string what, string? suggestion) => Leftovers.Add(place, what, suggestion);

    public SecretImport Build() => new(_values.Entries, Faults.InOrder, _duplicates.InOrder) { Secrets = _secrets, Leftovers = Leftovers.InOrder };

    /// <summary>The nodes of a text, by its ending; null when it cannot be read.</summary>
    public MapNode? Read(string text, bool isToml) => isToml ? new TomlTree(file, Faults).Read(text) : new YamlTree(file, Faults).Read(text);

    private bool IsName(TextPlace place, string name)
    {
        if (SecretName.IsEnvironmentName(name)) return true;
        Faults.Add(place, $"'{TextFaults.Shorten(name)}' is no name for a variable");
        return false;
    }
}
