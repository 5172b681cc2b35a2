using System.Globalization;
using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Kubernetes;

/// <summary>One object of the fake.</summary>
public sealed class KubernetesSecret(string nameSpace, string name, string uid, DateTimeOffset createdAt)
{
    public string Namespace => nameSpace;

    public string Name => name;

    public string Uid => uid;

    public string Revision { get; set; } = "";

    public string Type { get; init; } = "Opaque";

    public JsonObject? Labels { get; init; }

    public bool IsImmutable { get; set; }

    public SortedDictionary<string, byte[]> Data { get; } = new(StringComparer.Ordinal);

    /// <summary>Who applied which key.</summary>
    public Dictionary<string, string> Owners { get; } = [];

    public KubernetesSecret Copy()
    {
        var copy = new KubernetesSecret(nameSpace, name, uid, createdAt) { Revision = Revision, Type = Type, Labels = Labels, IsImmutable = IsImmutable };
        foreach (var (key, value) in Data) copy.Data[key] = value;
        foreach (var (key, owner) in Owners) copy.Owners[key] = owner;
        return copy;
    }

    public bool HasSameData(KubernetesSecret other) => Data.Count == other.Data.Count && Data.All(p => other.Data.TryGetValue(p.Key, out var value) && value.AsSpan().SequenceEqual(p.Value));

    public JsonObject ToJson(bool isItem = false)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = nameSpace,
            ["uid"] = uid,
            ["resourceVersion"] = Revision,
            ["creationTimestamp"] = createdAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        if (Labels is not null) metadata["labels"] = Labels.DeepClone();
        var json = new JsonObject { ["metadata"] = metadata, ["type"] = Type };
        if (!isItem) (json["kind"], json["apiVersion"]) = ("Secret", "v1");
        if (Data.Count > 0) json["data"] = new JsonObject(Data.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Convert.ToBase64String(p.Value))));
        if (IsImmutable) json["immutable"] = true;
        return json;
    }
}

/// <summary>The object that every failure is.</summary>
internal static class KubernetesStatus
{
    public static FakeAnswer Failure(int status, string reason, string message, string? name = null, string kind = "secrets", IReadOnlyList<(string Reason, string Field)>? causes = null, string? then = null)
    {
        var details = new JsonObject();
        if (name is not null) (details["name"], details["kind"]) = (name, kind);
        if (causes is not null) details["causes"] = new JsonArray([.. causes.Select(c => new JsonObject { ["reason"] = c.Reason, ["message"] = "not allowed", ["field"] = c.Field })]);
        var json = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = then is null ? new JsonObject() : new JsonObject { ["continue"] = then },
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
            ["code"] = status,
        };
        if (details.Count > 0) json["details"] = details;
        return FakeAnswer.Json(status, json);
    }

    public static FakeAnswer NotFound(string name) => Failure(404, "NotFound", $"secrets \"{name}\" not found", name);

    public static FakeAnswer Invalid(string name, string cause, string field, string kind = "Secret") => Failure(422, "Invalid", $"{kind} \"{name}\" is invalid", name, kind, [(cause, field)]);

    public static FakeAnswer Success(string name, string uid) => FakeAnswer.Json(200, new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Success",
        ["details"] = new JsonObject { ["name"] = name, ["kind"] = "secrets", ["uid"] = uid },
    });

    public static bool IsObjectName(string name) =>
        name.Length is > 0 and <= 253 && name.Split('.').All(part => part.Length > 0 && part[0] != '-' && part[^1] != '-' && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));

    public static bool IsKey(string key) => key.Length is > 0 and <= 253 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
