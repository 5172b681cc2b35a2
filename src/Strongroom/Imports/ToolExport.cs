using System.Text.Json;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>
/// The JSON that Doppler (<c>doppler secrets --json</c>) and Infisical (<c>infisical export --format=json</c>) write, where it is no
/// plain object of names and values.
/// </summary>
internal static class ToolExport
{
    /// <summary>Null when the text is of another form, or no JSON.</summary>
    public static SecretImport? Read(ReadOnlySpan<byte> text, string file)
    {
        using var copy = new SecretBuffer(text.Length);
        copy.Write(text);
        try
        {
            using var json = JsonDocument.Parse(copy.WrittenMemory, new JsonDocumentOptions { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return json.RootElement switch
            {
                { ValueKind: JsonValueKind.Object } root when IsDoppler(root) => ReadDoppler(root, file),
                { ValueKind: JsonValueKind.Array } root when IsInfisical(root) => ReadInfisical(root, file),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsDoppler(JsonElement root) =>
        root.EnumerateObject().Any() && root.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("computed", out _));

    private static bool IsInfisical(JsonElement root) =>
        root.GetArrayLength() > 0
        && root.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object && TextOf(item, "key") is not null && item.TryGetProperty("value", out _));

    private static SecretImport ReadDoppler(JsonElement root, string file)
    {
        var gathering = new ImportGathering(file);
        foreach (var member in root.EnumerateObject())
        {
            var place = new TextPlace(file, 1, 1);
            // What is composed of others is imported as it came out.
            if (member.Value.GetProperty("computed") is { ValueKind: JsonValueKind.String } value) gathering.AddValue(place, member.Name, SecretObject.ToValue(value));
            else gathering.Leave(place, member.Name, "is restricted: Doppler does not tell its value");
        }
        return gathering.Build();
    }

    private static SecretImport ReadInfisical(JsonElement root, string file)
    {
        var gathering = new ImportGathering(file);
        foreach (var item in root.EnumerateArray())
        {
            var (place, name) = (new TextPlace(file, 1, 1), TextOf(item, "key")!);
            if (item.GetProperty("value") is { ValueKind: JsonValueKind.String } value) gathering.AddValue(place, name, SecretObject.ToValue(value));
            else gathering.Leave(place, name, "has no value in the export");
            if (TextOf(item, "comment") is { Length: > 0 } comment) gathering.Declare(place, new ImportedSecret(name) { Description = comment });
        }
        return gathering.Build();
    }

    private static string? TextOf(JsonElement item, string name) =>
        item.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
