using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strongroom.Server.Tests.Wire;

/// <summary>
/// Replays the requests of a golden and writes it again with the answers that came. A line is one of: <c># comment</c>;
/// <c>&gt; METHOD path {body}</c>, with headers as <c>+ Name: value</c> below it; <c>= name path.to.member</c>, which keeps a part of the last answer for
/// later requests to use as <c>$name</c>. Everything else is an answer. <c>$token</c> is what requests are made with; at first the root token.
/// </summary>
internal static partial class WireGolden
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<string> ReplayAsync(RunningServer server, string golden)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = RunningServer.RootToken };
        var written = new StringBuilder();
        JsonNode? last = null;
        var lines = golden.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith('#'))
            {
                written.Append('\n').Append(line).Append('\n');
            }
            else if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                written.Append(line).Append('\n');
                var parts = line[2..].Split(' ');
                known[parts[0]] = parts[1] == "root" ? RunningServer.RootToken : Member(last, parts[1]);
            }
            else if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                written.Append(line).Append('\n');
                var headers = new List<(string, string)>();
                for (; i + 1 < lines.Length && lines[i + 1].StartsWith("+ ", StringComparison.Ordinal); i++)
                {
                    written.Append(lines[i + 1]).Append('\n');
                    var header = Fill(lines[i + 1][2..], known).Split(": ", 2);
                    headers.Add((header[0], header[1]));
                }
                var request = Fill(line[2..], known).Split(' ', 3);
                var (status, body) = await server.SendAsync(request[0], request[1], request.Length > 2 ? request[2] : null, known["token"] is "none" ? null : known["token"], [.. headers]);
                last = body;
                written.Append(status).Append('\n');
                if (body is not null) written.Append(Neutral(Sorted(body)!.ToJsonString(Pretty), known)).Append('\n');
            }
        }
        return written.ToString().TrimStart('\n');
    }

    private static string Fill(string text, Dictionary<string, string> known)
    {
        foreach (var (name, value) in known) text = text.Replace("$" + name, value, StringComparison.Ordinal);
        return text;
    }

    private static string Member(JsonNode? node, string path)
    {
        foreach (var name in path.Split('.')) node = int.TryParse(name, out var index) ? node![index] : node![name];
        return node!.GetValue<string>();
    }

    /// <summary>The order of members means nothing.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        null => null,
        _ => node.DeepClone(),
    };

    private static string Neutral(string text, Dictionary<string, string> known)
    {
        foreach (var (name, value) in known)
        {
            // The root token of a test server is a word that answers hold for other reasons.
            if (value != RunningServer.RootToken) text = text.Replace(value, "$" + name, StringComparison.Ordinal);
        }
        text = Uuid().Replace(text, "<uuid>");
        text = Time().Replace(text, "<time>");
        text = Token().Replace(text, "<token>");
        text = Named().Replace(text, "$1<$2>");
        return Number().Replace(text, "$1<number>");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex(@"hv[sb]\.[0-9A-Za-z_\-]+")]
    private static partial Regex Token();

    // Accessors, hashes and random bytes: by the name of their member.
    [GeneratedRegex("(\"(accessor|hash|random_bytes|wrapped_accessor|secret_id_accessor|sum|hostname|public_key)\": \")[^\"]+(?=\")")]
    private static partial Regex Named();

    [GeneratedRegex("(\"(creation_time|server_time_utc|last_renewal_time|expire_time|uptime)\": )\\d+")]
    private static partial Regex Number();
}
