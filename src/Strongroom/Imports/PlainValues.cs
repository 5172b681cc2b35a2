using System.Text;
using Strongroom.Formats;

namespace Strongroom.Imports;

/// <summary>Sorts the entries of a plain file: values stay; references of other tools become declarations; what only tells where an export came from is left.</summary>
internal static class PlainValues
{
    /// <summary>What Doppler puts into each export besides the secrets.</summary>
    private static readonly string[] OfDoppler = ["DOPPLER_PROJECT", "DOPPLER_ENVIRONMENT", "DOPPLER_CONFIG"];

    public static SecretImport Sort(SecretImport import, ReadOnlySpan<byte> text, string file)
    {
        var isDoppler = Array.TrueForAll(OfDoppler, name => import.Entries.Any(entry => entry.Name == name));
        var gathering = new ImportGathering(file);
        var values = new List<SecretEntry>(import.Entries.Count);
        foreach (var entry in import.Entries)
        {
            var bytes = entry.Value.Reveal();
            if (isDoppler && Array.IndexOf(OfDoppler, entry.Name) >= 0)
            {
                gathering.LeavePart(PlaceOf(text, Encoding.UTF8.GetBytes(entry.Name), file), $"{entry.Name} tells where Doppler had the secrets, and is none", suggestion: null);
            }
            else if (ForeignReference.Looks(bytes))
            {
                gathering.AddReference(PlaceOf(text, bytes, file), entry.Name, Encoding.UTF8.GetString(bytes));
            }
            else
            {
                values.Add(entry);
                continue;
            }
            entry.Value.Dispose();
        }
        var sorted = gathering.Build();
        return import with { Entries = values, Secrets = [.. import.Secrets, .. sorted.Secrets], Leftovers = [.. import.Leftovers, .. sorted.Leftovers] };
    }

    private static TextPlace PlaceOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, string file)
    {
        var at = Math.Max(text.IndexOf(part), 0);
        var before = text[..at];
        return new TextPlace(file, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }
}
