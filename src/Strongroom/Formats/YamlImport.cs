using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>Reads a YAML mapping of values, nested or not.</summary>
internal static class YamlImport
{
    public static SecretImport Read(ReadOnlySpan<byte> text, string file)
    {
        var faults = new TextFaults();
        var duplicates = new TextFaults();
        var entries = new ImportedEntries();
        if (new YamlTree(file, faults).Read(Encoding.UTF8.GetString(text)) is { } root) ReadMap(root, [], entries, faults, duplicates);
        return new SecretImport(entries.Entries, faults.InOrder, duplicates.InOrder);
    }

    private static void ReadMap(MapNode map, List<string> keys, ImportedEntries entries, TextFaults faults, TextFaults duplicates)
    {
        foreach (var entry in map.Entries)
        {
            keys.Add(entry.Key);
            var name = ImportedEntries.NameOf(keys);
            if (entry.Node is MapNode nested) ReadMap(nested, keys, entries, faults, duplicates);
            else if (entry.Node is not ScalarNode { IsNull: false } scalar)
                faults.Add(entry.Node.Place, $"{string.Join('.', keys)}: {entry.Node.Shape} is no value", "write a text, or take the key out");
            else if (!SecretName.IsEnvironmentName(name)) faults.Add(entry.Place, $"'{TextFaults.Shorten(name)}' is no name for a variable");
            else if (!entries.Set(name, SecretValue.FromText(scalar.Text))) duplicates.Add(entry.Place, $"{name} is there already", "the last value counts");
            keys.RemoveAt(keys.Count - 1);
        }
    }
}
