using System.Text;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>Reads a JSON object of values, nested or not, without making strings of them.</summary>
internal static class JsonImport
{
    private const int DepthMax = 16;

    public static SecretImport Read(ReadOnlySpan<byte> text, string file)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        var faults = new TextFaults();
        var duplicates = new TextFaults();
        var entries = new ImportedEntries();
        try
        {
            ReadAll(text, file, entries, faults, duplicates);
        }
        catch (JsonException e)
        {
            // The message may quote the text; the place says enough.
            faults.Add(new TextPlace(file, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1), "not JSON from this place on");
        }
        return new SecretImport(entries.Entries, faults.InOrder, duplicates.InOrder);
    }

    private static void ReadAll(ReadOnlySpan<byte> text, string file, ImportedEntries entries, TextFaults faults, TextFaults duplicates)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DepthMax, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var keys = new List<string>();
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(new TextPlace(file, 1, 1), "expected an object", "write { \"NAME\": \"value\" }");
            return;
        }
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    keys.Add(reader.GetString()!);
                    continue;
                case JsonTokenType.StartObject:
                    continue;
                case JsonTokenType.EndObject:
                    break;
                case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    AddValue(ref reader, PlaceAt(text, reader.TokenStartIndex, file), ImportedEntries.NameOf(keys), entries, faults, duplicates);
                    break;
                default:
                    faults.Add(PlaceAt(text, reader.TokenStartIndex, file), $"{string.Join('.', keys)}: {(reader.TokenType == JsonTokenType.Null ? "null" : "a list")} is no value",
                        "write a text, or take the key out");
                    reader.Skip();
                    break;
            }
            if (keys.Count > 0) keys.RemoveAt(keys.Count - 1);
        }
    }

    private static void AddValue(
        ref Utf8JsonReader reader, TextPlace place, string name, ImportedEntries entries, TextFaults faults, TextFaults duplicates)
    {
        if (!SecretName.IsEnvironmentName(name)) faults.Add(place, $"'{TextFaults.Shorten(name)}' is no name for a variable");
        else if (reader.ValueSpan.Length > SecretValue.LengthMax) faults.Add(place, $"the value of {name} is larger than {SecretValue.LengthMax >> 20} MiB");
        else if (!entries.Set(name, ReadValue(ref reader))) duplicates.Add(place, $"{name} is there already", "the last value counts");
    }

    private static SecretValue ReadValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) return SecretValue.FromBytes(reader.ValueSpan);
        using var buffer = new SecretBuffer(reader.ValueSpan.Length);
        try
        {
            buffer.Advance(reader.CopyString(buffer.GetSpan(reader.ValueSpan.Length)));
        }
        catch (InvalidOperationException)
        {
            throw new JsonException();
        }
        return buffer.ToValue();
    }

    private static TextPlace PlaceAt(ReadOnlySpan<byte> text, long at, string file)
    {
        var before = text[..(int)at];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return new TextPlace(file, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }
}
