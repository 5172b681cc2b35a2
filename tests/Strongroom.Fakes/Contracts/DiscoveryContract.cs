using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>A Google API by its discovery document.</summary>
public sealed class DiscoveryContract : ApiContract
{
    private static readonly JsonNode Error = JsonNode.Parse("""
        {"type":"object","required":["error"],"properties":{"error":{"type":"object","required":["code","message","status"],"properties":{
          "code":{"type":"integer"},"message":{"type":"string"},"status":{"type":"string","enum":["CANCELLED","UNKNOWN","INVALID_ARGUMENT","DEADLINE_EXCEEDED",
          "NOT_FOUND","ALREADY_EXISTS","PERMISSION_DENIED","UNAUTHENTICATED","RESOURCE_EXHAUSTED","FAILED_PRECONDITION","ABORTED","OUT_OF_RANGE",
          "UNIMPLEMENTED","INTERNAL","UNAVAILABLE","DATA_LOSS"]},"details":{"type":"array","items":{"type":"object"}}}}}}
        """)!;

    private readonly OperationJudge _judge;

    /// <summary>Reads a file of <see cref="Specs"/>.</summary>
    public DiscoveryContract(string file, bool needsAuthorization = true)
    {
        var document = Specs.Read(file);
        PointReferences(document["schemas"]!);
        var shared = Parameters(document["parameters"]).ToList();
        var operations = new List<ApiOperation>();
        Collect(document);
        _judge = new OperationJudge(document, operations, new OpenApiOptions { ErrorSchema = Error.DeepClone() }, basePath: "");

        void Collect(JsonNode owner)
        {
            foreach (var (_, method) in owner["methods"] as JsonObject ?? []) operations.Add(Operation(method!, shared, needsAuthorization));
            foreach (var (_, resource) in owner["resources"] as JsonObject ?? []) Collect(resource!);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Violations(Exchange exchange) => _judge.Violations(exchange);

    private static ApiOperation Operation(JsonNode method, List<ApiParameter> shared, bool needsAuthorization)
    {
        var bodies = new Dictionary<string, JsonNode?>();
        if (method["request"] is { } request) bodies["application/json"] = Reference(request);
        return new ApiOperation(
            (string)method["id"]!, (string)method["httpMethod"]!, "/" + (string)method["flatPath"]!,
            [.. Parameters(method["parameters"]), .. shared], bodies, NeedsBody: false,
            new Dictionary<string, JsonNode?> { ["200"] = Reference(method["response"]!) }, needsAuthorization);
    }

    /// <summary>What the path says is told by <c>flatPath</c>; the rest stands in the query.</summary>
    private static IEnumerable<ApiParameter> Parameters(JsonNode? parameters) =>
        (parameters as JsonObject ?? []).Where(p => (string?)p.Value!["location"] == "query")
            .Select(p => new ApiParameter(p.Key, "query", p.Value!["required"] is not null, p.Value.DeepClone(), p.Value["repeated"] is not null));

    private static JsonObject Reference(JsonNode node) => new() { ["$ref"] = "#/schemas/" + (string)node["$ref"]! };

    private static void PointReferences(JsonNode node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                if (item is not null) PointReferences(item);
        }
        else if (node is JsonObject map)
        {
            if (map["$ref"] is JsonValue name && !name.GetValue<string>().StartsWith('#')) map["$ref"] = "#/schemas/" + name.GetValue<string>();
            foreach (var (_, value) in map)
                if (value is not null) PointReferences(value);
        }
    }
}
