using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>Says the shapes of an AWS service model as schemas.</summary>
internal static class AwsShapes
{
    public static JsonObject ToSchemas(JsonObject model)
    {
        var schemas = new JsonObject();
        foreach (var (name, shape) in model["shapes"]!.AsObject()) schemas[name] = Schema(shape!.AsObject());
        return new JsonObject { ["schemas"] = schemas };
    }

    public static JsonObject Reference(string shape) => new() { ["$ref"] = "#/schemas/" + shape };

    private static JsonObject Schema(JsonObject shape)
    {
        switch ((string)shape["type"]!)
        {
            case "structure":
                return new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = shape["required"]?.DeepClone() ?? new JsonArray(),
                    ["properties"] = new JsonObject(shape["members"]!.AsObject().Select(m => KeyValuePair.Create(m.Key, (JsonNode?)Reference((string)m.Value!["shape"]!)))),
                    ["additionalProperties"] = false,
                };
            case "list":
                return WithLimits(new JsonObject { ["type"] = "array", ["items"] = Reference((string)shape["member"]!["shape"]!) }, shape, "minItems", "maxItems");
            case "map":
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = Reference((string)shape["value"]!["shape"]!) };
            case "string":
                var text = WithLimits(new JsonObject { ["type"] = "string" }, shape, "minLength", "maxLength");
                if (shape["enum"] is { } allowed) text["enum"] = allowed.DeepClone();
                // The classes of Java's patterns are not .NET's; those few are left to the limits.
                if ((string?)shape["pattern"] is { } pattern && !pattern.Contains("\\p{", StringComparison.Ordinal)) text["pattern"] = $"^(?:{pattern})$";
                return text;
            case "blob":
                return new JsonObject { ["type"] = "string", ["format"] = "byte" };
            case "timestamp":
                return new JsonObject { ["type"] = "number" };
            case "integer" or "long":
                return WithLimits(new JsonObject { ["type"] = "integer" }, shape, "minimum", "maximum");
            case "boolean":
                return new JsonObject { ["type"] = "boolean" };
            case var other:
                throw new InvalidDataException($"The service model has the type {other}, which is not known here.");
        }
    }

    private static JsonObject WithLimits(JsonObject schema, JsonObject shape, string min, string max)
    {
        if (shape["min"] is { } least) schema[min] = least.DeepClone();
        if (shape["max"] is { } most) schema[max] = most.DeepClone();
        return schema;
    }
}
