using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>A GraphQL API by its introspection: operations, arguments, variables, selections and the answers to them.</summary>
public sealed class GraphQlContract : ApiContract
{
    private readonly Dictionary<string, JsonObject> _types;
    private readonly JsonNode _schema;
    private readonly string _path;

    /// <summary>Reads a file of <see cref="Specs"/>; everything is a POST to <paramref name="path"/>.</summary>
    public GraphQlContract(string file, string path = "/graphql")
    {
        _schema = Specs.Read(file)["data"]!["__schema"]!;
        _types = _schema["types"]!.AsArray().ToDictionary(t => (string)t!["name"]!, t => t!.AsObject());
        _path = path;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Violations(Exchange exchange)
    {
        if (exchange.Method != "POST" || exchange.Path != _path) return [$"{exchange.Method} {exchange.Path}: every operation is POST {_path}"];
        GraphQlDocument document;
        JsonNode? body, answer;
        try
        {
            body = JsonNode.Parse(exchange.RequestBody);
            document = GraphQlDocument.Parse((string)body!["query"]!);
            answer = exchange.AnswerBody.Length == 0 ? null : JsonNode.Parse(exchange.AnswerBody);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            return [$"POST {_path}: is no GraphQL request with a JSON answer"];
        }
        var faults = new List<string>();
        CheckVariables(document, body["variables"] as JsonObject ?? [], faults);
        var root = (string?)_schema[document.Kind + "Type"]?["name"];
        if (root is null) faults.Add($"{document.Kind} is no kind of operation here");
        else CheckSelection(document, document.Fields, root, exchange.Status == 200 ? answer?["data"] : null, document.Kind, faults);
        if (exchange.Status == 200 && answer?["data"] is null && answer?["errors"] is not JsonArray { Count: > 0 }) faults.Add("the answer has neither data nor errors");
        return [.. faults.Select(fault => $"{document.Kind} {document.Fields.FirstOrDefault()?.Name}: {fault}")];
    }

    private void CheckVariables(GraphQlDocument document, JsonObject variables, List<string> faults)
    {
        foreach (var (name, type) in document.Variables) CheckInput(variables[name], TypeNode(type), $"variable {name}", faults);
        foreach (var (name, _) in variables)
            if (!document.Variables.ContainsKey(name)) faults.Add($"variable {name} is not declared");
    }

    private void CheckSelection(GraphQlDocument document, IReadOnlyList<GraphQlField> fields, string typeName, JsonNode? data, string place, List<string> faults)
    {
        foreach (var field in fields)
        {
            var at = $"{place}.{field.Key}";
            if (_types[typeName]["fields"]?.AsArray().FirstOrDefault(f => (string?)f!["name"] == field.Name) is not { } definition)
            {
                if (field.Name != "__typename") faults.Add($"{at}: {typeName} has no field {field.Name}");
                continue;
            }
            CheckArguments(document, field, definition, at, faults);
            var named = Named(definition["type"]!);
            var isComposite = _types.TryGetValue(named, out var type) && (string?)type["kind"] is "OBJECT" or "INTERFACE";
            if (isComposite != field.Fields.Count > 0) faults.Add($"{at} {(isComposite ? "selects nothing" : "has nothing to select")}");
            var values = data is JsonObject owner ? owner[field.Key] : null;
            if (data is JsonObject && values is null && (string?)definition["type"]!["kind"] == "NON_NULL") faults.Add($"answer {at} is null");
            if (!isComposite) continue;
            if (values is null) CheckSelection(document, field.Fields, named, null, at, faults);
            foreach (var value in values is JsonArray list ? list.AsEnumerable() : values is null ? [] : [values])
                CheckSelection(document, field.Fields, named, value, at, faults);
        }
        foreach (var (name, _) in data as JsonObject ?? [])
            if (fields.All(f => f.Key != name)) faults.Add($"answer {place}.{name} was not asked for");
    }

    private static void CheckArguments(GraphQlDocument document, GraphQlField field, JsonNode definition, string at, List<string> faults)
    {
        var known = definition["args"]!.AsArray();
        foreach (var (name, variable) in field.Arguments)
        {
            if (known.FirstOrDefault(a => (string?)a!["name"] == name) is not { } argument) faults.Add($"{at} has no argument {name}");
            else if (variable is not null && !document.Variables.ContainsKey(variable)) faults.Add($"{at}: variable {variable} is not declared");
            else if (variable is not null && document.Variables[variable] is var type && type != TypeText(argument["type"]!) && type != TypeText(argument["type"]!) + "!")
                faults.Add($"{at}: variable {variable} is {type}, and {name} takes {TypeText(argument["type"]!)}");
        }
        foreach (var argument in known)
            if ((string?)argument!["type"]!["kind"] == "NON_NULL" && field.Arguments.All(a => a.Name != (string?)argument["name"])) faults.Add($"{at} lacks the argument {argument["name"]}");
    }

    private void CheckInput(JsonNode? value, JsonNode type, string place, List<string> faults)
    {
        switch ((string?)type["kind"])
        {
            case "NON_NULL":
                if (value is null) faults.Add($"{place} is missing");
                else CheckInput(value, type["ofType"]!, place, faults);
                return;
            case "LIST":
                foreach (var item in value as JsonArray ?? []) CheckInput(item, type["ofType"]!, place + "[]", faults);
                return;
        }
        var name = (string)type["name"]!;
        if (value is null) return;
        if (!_types.TryGetValue(name, out var definition))
        {
            faults.Add($"{place} has the type {name}, which is not known");
            return;
        }
        if (definition["inputFields"] is JsonArray members)
        {
            foreach (var member in members) CheckInput(value[(string)member!["name"]!], member["type"]!, $"{place}.{member["name"]}", faults);
            foreach (var (key, _) in value.AsObject())
                if (members.All(m => (string?)m!["name"] != key)) faults.Add($"{place}.{key} is not known");
            return;
        }
        var isRight = (name, value.GetValueKind()) switch
        {
            ("Boolean", var kind) => kind is JsonValueKind.True or JsonValueKind.False,
            ("Int", var kind) => kind == JsonValueKind.Number,
            ("ID" or "String" or "ISO8601DateTime", var kind) => kind == JsonValueKind.String,
            _ => true,
        };
        if (!isRight) faults.Add($"{place} is no {name}");
    }

    private static string Named(JsonNode type) => (string?)type["name"] ?? Named(type["ofType"]!);

    private static string TypeText(JsonNode type) => (string?)type["kind"] switch
    {
        "NON_NULL" => TypeText(type["ofType"]!) + "!",
        "LIST" => $"[{TypeText(type["ofType"]!)}]",
        _ => (string)type["name"]!,
    };

    private static JsonObject TypeNode(string text) => text switch
    {
        [.., '!'] => new JsonObject { ["kind"] = "NON_NULL", ["ofType"] = TypeNode(text[..^1]) },
        ['[', ..] => new JsonObject { ["kind"] = "LIST", ["ofType"] = TypeNode(text[1..^1]) },
        _ => new JsonObject { ["kind"] = "NAMED", ["name"] = text },
    };
}
