using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Backends.Tests.Contracts;

/// <summary>Exchanges with real servers, kept as samples.</summary>
internal static class Transcript
{
    public static IReadOnlyList<(string Note, Exchange Exchange)> Read(string file) =>
        [.. Specs.Read($"samples/{file}")["exchanges"]!.AsArray().Select(e => ((string?)e!["note"] ?? "", ToExchange(e!)))];

    private static Exchange ToExchange(JsonNode entry)
    {
        var headers = Headers(entry["request"]!["headers"]);
        var answerHeaders = Headers(entry["response"]!["headers"]);
        if ((string?)entry["request"]!["contentType"] is { } type) headers["Content-Type"] = type;
        // Credentials were left out when the exchanges were kept.
        headers.TryAdd("Authorization", "Bearer masked");
        answerHeaders.TryAdd("Content-Type", "application/json");
        return new Exchange(
            (string)entry["request"]!["method"]!, (string)entry["request"]!["path"]!, headers, Bytes(entry["request"]!["body"]),
            (int)entry["response"]!["status"]!, answerHeaders, Bytes(entry["response"]!["body"]));
    }

    private static Dictionary<string, string> Headers(JsonNode? node) =>
        (node as JsonObject ?? []).ToDictionary(h => h.Key, h => (string)h.Value!, StringComparer.OrdinalIgnoreCase);

    private static byte[] Bytes(JsonNode? body) => body switch
    {
        null => [],
        JsonValue text when text.TryGetValue<string>(out var plain) => Encoding.UTF8.GetBytes(plain),
        _ => Encoding.UTF8.GetBytes(body.ToJsonString()),
    };
}
