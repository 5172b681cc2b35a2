using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strongroom.Fakes.Contracts;

/// <summary>Which way a message goes: what is <c>readOnly</c> may not be sent, what is <c>writeOnly</c> may not be answered.</summary>
public enum MessageKind
{
    /// <summary>From client to service.</summary>
    Request,

    /// <summary>From service to client.</summary>
    Answer,
}

/// <summary>
/// Checks JSON against the schemas of one document, in the dialect of OpenAPI: <c>$ref</c>, <c>allOf</c>, <c>oneOf</c>, <c>anyOf</c>,
/// <c>nullable</c>, <c>enum</c>, formats, lengths, patterns, required and additional members.
/// </summary>
/// <param name="document">The document that the references point into.</param>
/// <param name="kind">Which way the message goes.</param>
/// <param name="takesUnknown">Whether members that the schema does not name are taken.</param>
internal sealed class SchemaCheck(JsonObject document, MessageKind kind, bool takesUnknown)
{
    private readonly List<string> _faults = [];

    /// <summary>What is wrong with the value; places are written as <c>body.data.keys[0]</c>.</summary>
    public IReadOnlyList<string> Faults(JsonElement value, JsonNode? schema, string place)
    {
        _faults.Clear();
        Check(value, schema, place, judgesUnknown: true);
        return [.. _faults];
    }

    /// <summary>Follows references to the schema itself.</summary>
    public static JsonObject? Resolve(JsonObject document, JsonNode? schema)
    {
        while (schema is JsonObject node)
        {
            if (node["$ref"] is not JsonValue reference) return node;
            JsonNode? at = document;
            foreach (var step in reference.GetValue<string>().TrimStart('#', '/').Split('/'))
                at = at?[step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
            schema = at ?? throw new InvalidDataException($"The description refers to {reference}, which is not in it.");
        }
        return null;
    }

    private void Check(JsonElement value, JsonNode? schemaNode, string place, bool judgesUnknown)
    {
        if (Resolve(document, schemaNode) is not { } schema) return;
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (!IsTrue(schema["nullable"]) && !IsTrue(schema["x-nullable"]) && TypeOf(schema) is not null) _faults.Add($"{place} is null");
            return;
        }
        foreach (var part in schema["allOf"]?.AsArray() ?? []) Check(value, part, place, judgesUnknown: false);
        CheckChoice(value, schema, "oneOf", place);
        CheckChoice(value, schema, "anyOf", place);
        if (TypeOf(schema) is { } type && !HasType(value, type))
        {
            _faults.Add($"{place} is {Word(value)}, not {type}");
            return;
        }
        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, JsonNode.Parse(value.GetRawText()))))
            _faults.Add($"{place} is none of {string.Join(", ", allowed.Select(one => one?.ToString()))}");
        switch (value.ValueKind)
        {
            case JsonValueKind.String: CheckText(value.GetString()!, schema, place); break;
            case JsonValueKind.Number: CheckNumber(value, schema, place); break;
            case JsonValueKind.Array: CheckArray(value, schema, place); break;
            case JsonValueKind.Object: CheckObject(value, schema, place, judgesUnknown); break;
        }
    }

    private void CheckChoice(JsonElement value, JsonObject schema, string word, string place)
    {
        if (schema[word] is not JsonArray choices) return;
        var fitting = 0;
        var nearest = new List<string>();
        foreach (var choice in choices)
        {
            var faults = new SchemaCheck(document, kind, takesUnknown || schema["properties"] is not null).Faults(value, choice, place);
            if (faults.Count == 0) fitting++;
            else if (nearest.Count == 0 || faults.Count < nearest.Count) nearest = [.. faults];
        }
        if (fitting == 0) _faults.Add($"{place} fits none of {word}; the nearest says: {string.Join("; ", nearest)}");
    }

    private void CheckText(string text, JsonObject schema, string place)
    {
        if (Number(schema["minLength"]) is { } min && text.Length < min) _faults.Add($"{place} is shorter than {min}");
        if (Number(schema["maxLength"]) is { } max && text.Length > max) _faults.Add($"{place} is longer than {max}");
        if (schema["pattern"] is JsonValue pattern && !Regex.IsMatch(text, pattern.GetValue<string>(), RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)))
            _faults.Add($"{place} does not match {pattern}");
        var format = schema["format"]?.GetValue<string>();
        if (!FitsFormat(text, format)) _faults.Add($"{place} is not in the format {format}");
    }

    private static bool FitsFormat(string text, string? format) => format switch
    {
        "date-time" or "google-datetime" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && text.Contains('T'),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _),
        "byte" => TryBase64(text),
        "uuid" => Guid.TryParse(text, out _),
        "int64" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "uint64" => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        "google-duration" => text.EndsWith('s') && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out _),
        _ => true,
    };

    private static bool TryBase64(string text) => Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/'), new byte[text.Length], out _);

    private void CheckNumber(JsonElement value, JsonObject schema, string place)
    {
        var number = value.GetDouble();
        if (Number(schema["minimum"]) is { } min && number < min) _faults.Add($"{place} is below {min}");
        if (Number(schema["maximum"]) is { } max && number > max) _faults.Add($"{place} is above {max}");
        var format = schema["format"]?.GetValue<string>();
        if ((format is "int32" && !value.TryGetInt32(out _)) || (format is "int64" or "unixtime" && !value.TryGetInt64(out _)))
            _faults.Add($"{place} is not in the format {format}");
    }

    private void CheckArray(JsonElement value, JsonObject schema, string place)
    {
        var count = value.GetArrayLength();
        if (Number(schema["minItems"]) is { } min && count < min) _faults.Add($"{place} has fewer than {min} items");
        if (Number(schema["maxItems"]) is { } max && count > max) _faults.Add($"{place} has more than {max} items");
        var index = 0;
        foreach (var item in value.EnumerateArray()) Check(item, schema["items"], $"{place}[{index++}]", judgesUnknown: true);
    }

    private void CheckObject(JsonElement value, JsonObject schema, string place, bool judgesUnknown)
    {
        foreach (var name in schema["required"] as JsonArray ?? [])
        {
            // A member that only the other side may set is required of that side alone.
            if (!value.TryGetProperty(name!.GetValue<string>(), out _) && !IsForOtherSide(schema["properties"]?[name.GetValue<string>()]))
                _faults.Add($"{place} lacks {name}");
        }
        var properties = schema["properties"] as JsonObject;
        var additional = schema["additionalProperties"];
        var known = judgesUnknown && !takesUnknown ? KnownMembers(schema) : null;
        foreach (var member in value.EnumerateObject())
        {
            var at = $"{place}.{member.Name}";
            if (properties?[member.Name] is { } own)
            {
                if (IsForOtherSide(own)) _faults.Add($"{at} is {(kind == MessageKind.Request ? "read-only" : "write-only")}");
                Check(member.Value, own, at, judgesUnknown: true);
            }
            else if (additional is JsonObject each)
            {
                Check(member.Value, each, at, judgesUnknown: true);
            }
            else if (additional is JsonValue flag && flag.GetValueKind() == JsonValueKind.False && schema["allOf"] is null)
            {
                _faults.Add($"{at} is not known");
            }
            else if (known is not null && !known.Contains(member.Name))
            {
                _faults.Add($"{at} is not known");
            }
        }
    }

    /// <summary>Every member that the schema and its parts name; null when any member may stand there.</summary>
    private HashSet<string>? KnownMembers(JsonObject schema)
    {
        var names = new HashSet<string>();
        return Collect(schema) ? names : null;

        bool Collect(JsonObject part)
        {
            if (part["additionalProperties"] is { } additional && !(additional is JsonValue flag && flag.GetValueKind() == JsonValueKind.False)) return false;
            var says = part["properties"] is not null || part["additionalProperties"] is not null;
            foreach (var (name, _) in part["properties"] as JsonObject ?? []) names.Add(name);
            foreach (var word in (string[])["allOf", "oneOf", "anyOf"])
            {
                foreach (var one in part[word] as JsonArray ?? [])
                {
                    says = true;
                    if (Resolve(document, one) is { } resolved && !Collect(resolved)) return false;
                }
            }
            return says;
        }
    }

    private bool IsForOtherSide(JsonNode? schema) =>
        schema is JsonObject own && (IsTrue(own[kind == MessageKind.Request ? "readOnly" : "writeOnly"])
            || (Resolve(document, own) is { } resolved && IsTrue(resolved[kind == MessageKind.Request ? "readOnly" : "writeOnly"])));

    private static string? TypeOf(JsonObject schema) => schema["type"]?.GetValue<string>() is { } type && type is not ("any" or "file") ? type : null;

    private static bool HasType(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && BigInteger.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new InvalidDataException($"The description has the type {type}, which is not known here."),
    };

    private static string Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => "number",
        _ => value.ValueKind.ToString().ToLowerInvariant(),
    };

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    private static double? Number(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : null;
}
