using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strongroom.Fakes;

/// <summary>One request as a fake sees it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Target">Path and query as sent, escapes included.</param>
/// <param name="Headers">Several of one name are joined by a comma. Names compare without case.</param>
/// <param name="Body">The bytes.</param>
public sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The path as sent, escapes included.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The segments of the path, decoded.</summary>
    public IReadOnlyList<string> Segments => [.. Path.TrimStart('/').Split('/').Select(Uri.UnescapeDataString)];

    /// <summary>One value of the query, decoded; null when it is not there.</summary>
    public string? Query(string name)
    {
        var question = Target.IndexOf('?');
        if (question < 0) return null;
        foreach (var pair in Target[(question + 1)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            if (Uri.UnescapeDataString(parts[0]) == name) return parts.Length > 1 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : "";
        }
        return null;
    }

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The body as JSON; null when it is empty or none.</summary>
    public JsonNode? Json()
    {
        try
        {
            return Body.Length == 0 ? null : JsonNode.Parse(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The fields of a form.</summary>
    public IReadOnlyDictionary<string, string> Form() =>
        System.Text.Encoding.UTF8.GetString(Body).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(p => Decode(p[0]), p => p.Length > 1 ? Decode(p[1]) : "");

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>What a fake answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The bytes; empty for none.</param>
/// <param name="Headers">Headers, <c>Content-Type</c> among them.</param>
public sealed record FakeAnswer(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>();

    /// <summary>An answer of JSON.</summary>
    public static FakeAnswer Json(int status, JsonNode? body, string contentType = "application/json") =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body), new Dictionary<string, string> { ["Content-Type"] = contentType });

    /// <summary>An answer of text.</summary>
    public static FakeAnswer Text(int status, string body, string contentType = "text/plain") =>
        new(status, System.Text.Encoding.UTF8.GetBytes(body), new Dictionary<string, string> { ["Content-Type"] = contentType });

    /// <summary>An answer without a body.</summary>
    public static FakeAnswer Empty(int status = 204) => new(status, [], NoHeaders);

    /// <summary>The same with one more header.</summary>
    public FakeAnswer With(string header, string value) => this with { Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase) { [header] = value } };

    /// <summary>The same with <c>Retry-After</c> in whole seconds, if there is one.</summary>
    public FakeAnswer WithRetryAfter(TimeSpan? after) =>
        after is { } wait ? With("Retry-After", ((long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture)) : this;
}
