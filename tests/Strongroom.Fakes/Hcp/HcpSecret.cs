using System.Globalization;
using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Hcp;

/// <summary>A secret of the fake: <c>kv</c>, <c>rotating</c> or <c>dynamic</c>.</summary>
internal sealed class HcpSecret(string name, string type, DateTimeOffset createdAt)
{
    private readonly SortedDictionary<int, (JsonNode Value, DateTimeOffset CreatedAt)> _versions = [];
    private int _instances;

    public string Name => name;

    public string Type => type;

    public int Latest { get; private set; }

    public int Count => _versions.Count;

    public void Add(JsonNode value, DateTimeOffset at) => _versions[++Latest] = (value, at);

    public bool Remove(int version) => _versions.Remove(version);

    public bool Has(int version) => _versions.ContainsKey(version);

    /// <summary>What everybody may see, in the newer form.</summary>
    public JsonObject Describe()
    {
        var secret = Head();
        secret["version_count"] = _versions.Count.ToString(CultureInfo.InvariantCulture);
        secret["created_by"] = Principal();
        switch (type)
        {
            case "kv":
                secret["static_version"] = new JsonObject { ["version"] = Latest, ["created_at"] = Text(createdAt), ["created_by"] = Principal() };
                break;
            case "rotating":
                secret["rotating_version"] = new JsonObject { ["version"] = Latest, ["keys"] = new JsonArray([.. Keys().Select(k => (JsonNode)k)]) };
                break;
            default:
                secret["dynamic_config"] = new JsonObject { ["ttl"] = "3600s" };
                break;
        }
        return secret;
    }

    /// <summary>With values, in the newer form.</summary>
    public JsonObject Open()
    {
        var secret = Head();
        foreach (var (member, version) in OpenVersion(Latest)) secret[member] = version!.DeepClone();
        return secret;
    }

    /// <summary>One version with values, in the newer form: the member for the type is there, the others are not.</summary>
    public JsonObject OpenVersion(int version)
    {
        var answer = new JsonObject { ["type"] = type };
        if (type == "dynamic")
        {
            _instances++;
            answer["dynamic_instance"] = new JsonObject
            {
                ["values"] = new JsonObject { ["access_key_id"] = $"AKIA{_instances}", ["secret_access_key"] = $"made {_instances}" },
                ["created_at"] = Text(createdAt),
                ["ttl"] = "3600s",
            };
            return answer;
        }
        var (value, at) = _versions[version];
        answer[type == "kv" ? "static_version" : "rotating_version"] = new JsonObject
        {
            ["version"] = version,
            ["created_at"] = Text(at),
            [type == "kv" ? "value" : "values"] = value.DeepClone(),
        };
        return answer;
    }

    /// <summary>In the older form, with the value if it is asked for.</summary>
    public JsonObject Older(int version, bool withValue)
    {
        var (value, at) = _versions[version];
        var one = new JsonObject { ["version"] = version.ToString(CultureInfo.InvariantCulture), ["type"] = "kv", ["created_at"] = Text(at) };
        if (withValue) one["value"] = value.DeepClone();
        return new JsonObject
        {
            ["name"] = name,
            ["created_at"] = Text(createdAt),
            ["latest_version"] = Latest.ToString(CultureInfo.InvariantCulture),
            ["version"] = one,
        };
    }

    private JsonObject Head() => new() { ["name"] = name, ["type"] = type, ["latest_version"] = Latest, ["created_at"] = Text(createdAt) };

    private IEnumerable<string> Keys() => _versions[Latest].Value.AsObject().Select(m => m.Key);

    private static JsonObject Principal() => new() { ["name"] = "ann", ["type"] = "TYPE_USER", ["email"] = "ann@example.com" };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
