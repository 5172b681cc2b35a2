using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Strongroom.Fakes.PulumiEsc;

/// <summary>One revision of an environment.</summary>
/// <param name="Yaml">Its definition, with ciphertext.</param>
internal sealed record EscEnvironment(string Yaml)
{
    /// <summary>The definition with its secrets turned into ciphertext; null when it is none. The ciphertext is base64 here.</summary>
    public static string? Encrypted(string yaml)
    {
        try
        {
            var plain = new List<YamlScalarNode>();
            if (Load(yaml) is { } root) Collect(root, plain);
            foreach (var secret in plain.OrderByDescending(s => s.Start.Index))
            {
                // A reference is no literal; and what is in a literal is encrypted as it stands, also two dollars.
                if (secret.Value!.Contains("${", StringComparison.Ordinal)) return null;
                yaml = string.Concat(yaml.AsSpan(0, (int)secret.Start.Index), $"{{ciphertext: \"{Convert.ToBase64String(Encoding.UTF8.GetBytes(secret.Value))}\"}}", yaml.AsSpan((int)secret.End.Index));
            }
            return yaml;
        }
        catch (YamlException)
        {
            return null;
        }
    }

    /// <summary>The properties that a session has: its own over those that it imports.</summary>
    public JsonObject Evaluate(Func<string, EscEnvironment?> find, int session)
    {
        var properties = new JsonObject();
        if (Load(Yaml) is not YamlMappingNode root) return properties;
        if (Child(root, "imports") is YamlSequenceNode imports)
        {
            foreach (var import in imports.Children.OfType<YamlScalarNode>())
                Merge(properties, find(import.Value!)?.Evaluate(find, session) ?? []);
        }
        if (Child(root, "values") is YamlMappingNode values)
            Merge(properties, new JsonObject(values.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, (JsonNode?)Value(c.Value, session)))));
        return properties;
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from.ToList())
        {
            from.Remove(key);
            if (into[key]?["value"] is JsonObject known && value!["value"] is JsonObject more) Merge(known, more);
            else into[key] = value;
        }
    }

    private static JsonObject Value(YamlNode node, int session) => node switch
    {
        YamlMappingNode map when Function(map) is var (name, argument) => name switch
        {
            "fn::secret" => Secret(argument is YamlMappingNode cipher ? Encoding.UTF8.GetString(Convert.FromBase64String(((YamlScalarNode)Child(cipher, "ciphertext")!).Value!)) : ((YamlScalarNode)argument).Value!),
            "fn::fromBase64" => Secret(Encoding.UTF8.GetString(Convert.FromBase64String((string)Value(argument, session)["value"]!))),
            "fn::open::test" => Wrapped(new JsonObject { ["session"] = Secret($"made for session {session}") }),
            _ => new JsonObject { ["value"] = null, ["unknown"] = true, ["trace"] = new JsonObject() },
        },
        YamlMappingNode map => Wrapped(new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, (JsonNode?)Value(c.Value, session))))),
        YamlSequenceNode list => Wrapped(new JsonArray([.. list.Children.Select(c => (JsonNode)Value(c, session))])),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => Wrapped(flag.Value is "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } number when long.TryParse(number.Value, out var whole) => Wrapped(whole),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" } => Wrapped(null),
        _ => Wrapped(((YamlScalarNode)node).Value),
    };

    private static JsonObject Wrapped(JsonNode? value) => new() { ["value"] = value, ["trace"] = new JsonObject() };

    private static JsonObject Secret(string text)
    {
        var wrapped = Wrapped(text);
        wrapped["secret"] = true;
        return wrapped;
    }

    private static void Collect(YamlNode node, List<YamlScalarNode> plain)
    {
        if (node is YamlSequenceNode list)
            foreach (var child in list.Children) Collect(child, plain);
        if (node is not YamlMappingNode map) return;
        if (Function(map) is ("fn::secret", YamlScalarNode secret)) plain.Add(secret);
        else
            foreach (var (_, child) in map.Children) Collect(child, plain);
    }

    private static (string Name, YamlNode Argument)? Function(YamlMappingNode map) =>
        map.Children.Count == 1 && map.Children[0].Key is YamlScalarNode { Value: { } name } && name.StartsWith("fn::", StringComparison.Ordinal) ? (name, map.Children[0].Value) : null;

    private static YamlNode? Child(YamlMappingNode map, string key) => map.Children.FirstOrDefault(c => c.Key is YamlScalarNode { Value: { } name } && name == key).Value;

    private static YamlNode? Load(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
    }
}
