using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>Reads the operations of a Swagger 2.0 or OpenAPI 3.0 document.</summary>
internal static class OpenApiReader
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "list"];

    public static IReadOnlyList<ApiOperation> Operations(JsonObject document, bool needsAuthorization)
    {
        var isSwagger = document["swagger"] is not null;
        var secured = needsAuthorization || document["security"] is JsonArray { Count: > 0 };
        var operations = new List<ApiOperation>();
        foreach (var (template, item) in document["paths"]!.AsObject())
        {
            foreach (var method in Methods)
            {
                if (item![method] is not JsonObject operation) continue;
                // The operation's own parameter stands before one of the path with the same name.
                var parameters = Parameters(document, operation).Concat(Parameters(document, item.AsObject()))
                    .DistinctBy(p => ((string)p["in"]!, (string)p["name"]!)).ToList();
                operations.Add(new ApiOperation(
                    (string?)operation["operationId"] ?? $"{method.ToUpperInvariant()} {template}",
                    method.ToUpperInvariant(),
                    template,
                    [.. parameters.Where(p => (string)p["in"]! is not ("body" or "formData")).Select(Parameter)],
                    isSwagger ? SwaggerBodies(document, operation, parameters) : Content(SchemaCheck.Resolve(document, operation["requestBody"])),
                    isSwagger
                        ? parameters.Any(p => (string)p["in"]! is "body" && IsTrue(p["required"]))
                        : IsTrue(SchemaCheck.Resolve(document, operation["requestBody"])?["required"]),
                    Answers(document, operation),
                    operation["security"] is JsonArray own ? own.Count > 0 : secured));
            }
        }
        return operations;
    }

    private static IEnumerable<JsonObject> Parameters(JsonObject document, JsonObject owner) =>
        (owner["parameters"] as JsonArray ?? []).Select(p => SchemaCheck.Resolve(document, p)!);

    private static ApiParameter Parameter(JsonObject parameter)
    {
        var schema = parameter["schema"] ?? parameter;
        var isList = (string?)schema["type"] == "array" && (string?)parameter["collectionFormat"] is null or "multi";
        return new((string)parameter["name"]!, (string)parameter["in"]!, IsTrue(parameter["required"]), schema, isList);
    }

    private static Dictionary<string, JsonNode?> SwaggerBodies(JsonObject document, JsonObject operation, List<JsonObject> parameters)
    {
        if (parameters.Find(p => (string)p["in"]! is "body") is not { } body) return [];
        var types = operation["consumes"] as JsonArray ?? document["consumes"] as JsonArray ?? ["application/json"];
        return types.ToDictionary(type => (string)type!, _ => body["schema"]);
    }

    private static Dictionary<string, JsonNode?> Answers(JsonObject document, JsonObject operation)
    {
        var answers = new Dictionary<string, JsonNode?>();
        foreach (var (status, answer) in operation["responses"] as JsonObject ?? [])
        {
            var resolved = SchemaCheck.Resolve(document, answer)!;
            answers[status] = resolved["schema"] ?? Content(resolved).Values.FirstOrDefault();
        }
        return answers;
    }

    private static Dictionary<string, JsonNode?> Content(JsonObject? owner) =>
        (owner?["content"] as JsonObject ?? []).ToDictionary(c => c.Key, c => c.Value?["schema"]);

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.True;
}
