using System.Text.Json;
using System.Text.Unicode;

namespace Strongroom.Vault.Requests;

/// <summary>
/// JSON from outside, of which every text can be read. The reader alone takes bytes that are no UTF-8 and halves of surrogate pairs, and
/// fails only when such a text is asked for, somewhere deep in an engine.
/// </summary>
public static class StrictJson
{
    private const int DepthMax = 64;

    /// <summary>The most names and values of a document: each costs more memory than it has letters.</summary>
    public const int TokensMax = 500_000;

    /// <summary>The document, or null when it is not well formed.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> json, JsonDocumentOptions options)
    {
        if (!Utf8.IsValid(json.Span)) return null;
        JsonDocument? document = null;
        try
        {
            // Each takes two letters at least.
            if (json.Length > 2 * TokensMax) RequireFew(json.Span, options);
            document = JsonDocument.Parse(json, options);
            // Only an escape can stand for half of a pair.
            if (json.Span.IndexOf("\\u"u8) >= 0) Read(document.RootElement, DepthMax);
            return document;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            return null;
        }
    }

    private static void RequireFew(ReadOnlySpan<byte> json, JsonDocumentOptions options)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = options.MaxDepth });
        for (var tokens = 0; reader.Read(); tokens++)
        {
            if (tokens == TokensMax) throw new JsonException();
        }
    }

    private static void Read(JsonElement element, int depth)
    {
        if (depth == 0) throw new JsonException();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Read(member.Value, depth - 1);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Read(item, depth - 1);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
