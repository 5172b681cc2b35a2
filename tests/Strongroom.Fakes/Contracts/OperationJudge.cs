using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>Finds the operation that an exchange belongs to and holds both sides against it.</summary>
internal sealed class OperationJudge(JsonObject document, IReadOnlyList<ApiOperation> operations, OpenApiOptions options, string basePath)
{
    public IReadOnlyList<string> Violations(Exchange exchange)
    {
        exchange = options.Canonical(exchange);
        var faults = new List<string>();
        if (Find(exchange) is not var (operation, values)) return [$"{exchange.Method} {exchange.Path}: there is no such operation"];
        CheckParameters(exchange, operation, values, faults);
        CheckRequestBody(exchange, operation, faults);
        CheckAnswer(exchange, operation, faults);
        return [.. faults.Select(fault => $"{operation.Id}: {fault}")];
    }

    private (ApiOperation, Dictionary<string, string>)? Find(Exchange exchange)
    {
        if (!exchange.Path.StartsWith(basePath, StringComparison.Ordinal)) return null;
        var path = exchange.Path[basePath.Length..];
        return operations.Where(o => o.Method == exchange.Method).OrderByDescending(o => o.Literals)
            .Select(o => (o, Values: o.Match(path, options))).Where(f => f.Values is not null)
            .Select(f => ((ApiOperation, Dictionary<string, string>)?)(f.o, f.Values!)).FirstOrDefault();
    }

    private void CheckParameters(Exchange exchange, ApiOperation operation, Dictionary<string, string> values, List<string> faults)
    {
        var query = Query(exchange.Target);
        foreach (var parameter in operation.Parameters)
        {
            var place = $"{parameter.In} parameter {parameter.Name}";
            List<string> given = parameter.In switch
            {
                "query" => [.. query.Where(q => q.Name == parameter.Name).Select(q => q.Value)],
                "header" => exchange.RequestHeaders.TryGetValue(parameter.Name, out var header) ? [header] : [],
                _ => values.TryGetValue(parameter.Name, out var value) ? [value] : [],
            };
            if (given.Count == 0 && parameter.Required) faults.Add($"{place} is missing");
            if (given.Count > 1 && !parameter.IsRepeated) faults.Add($"{place} stands there {given.Count} times");
            foreach (var text in given) CheckText(text, parameter, place, faults);
        }
        foreach (var (name, _) in query)
            if (!operation.Parameters.Any(p => p.In == "query" && p.Name == name)) faults.Add($"query parameter {name} is not known");
    }

    private void CheckText(string text, ApiParameter parameter, string place, List<string> faults)
    {
        var schema = SchemaCheck.Resolve(document, parameter.Schema);
        if ((string?)schema?["type"] == "array") schema = SchemaCheck.Resolve(document, schema["items"]);
        var type = (string?)schema?["type"];
        var json = type switch
        {
            "integer" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => text,
            "number" when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => text,
            "boolean" when text is "true" or "false" => text,
            _ => JsonSerializer.Serialize(text),
        };
        using var value = JsonDocument.Parse(json);
        faults.AddRange(new SchemaCheck(document, MessageKind.Request, takesUnknown: false).Faults(value.RootElement, schema, place));
    }

    private void CheckRequestBody(Exchange exchange, ApiOperation operation, List<string> faults)
    {
        if (exchange.RequestBody.Length == 0)
        {
            if (operation.NeedsBody && exchange.Status < 400) faults.Add("the request lacks its body");
            return;
        }
        if (operation.Bodies.Count == 0)
        {
            // An empty object says nothing, and clients send it where a POST needs some body.
            if (!exchange.RequestBody.AsSpan().SequenceEqual("{}"u8)) faults.Add("the request has a body, and none is taken");
            return;
        }
        var type = MediaType(exchange.RequestHeaders);
        JsonNode? schema;
        if (options.TakesAnyContentType) schema = operation.Bodies.Values.First();
        else if (!operation.Bodies.TryGetValue(type, out schema) && !operation.Bodies.TryGetValue("*/*", out schema))
        {
            faults.Add($"the request has the content type '{type}', which is none of {string.Join(", ", operation.Bodies.Keys)}");
            return;
        }
        CheckBody(exchange.RequestBody, options.TakesAnyContentType ? "application/json" : type, schema, MessageKind.Request, "request", envelope: null, faults);
    }

    private void CheckAnswer(Exchange exchange, ApiOperation operation, List<string> faults)
    {
        if (exchange.Status < 300 && operation.NeedsAuthorization && !exchange.RequestHeaders.ContainsKey("Authorization"))
            faults.Add("was answered without Authorization");
        var status = exchange.Status.ToString(CultureInfo.InvariantCulture);
        var isListed = operation.Answers.TryGetValue(status, out var schema) || operation.Answers.TryGetValue(status[0] + "XX", out schema);
        if (schema is null && exchange.Status >= 400 && options.ErrorSchema is { } errors)
        {
            isListed = true;
            schema = errors;
        }
        if (!isListed) isListed = operation.Answers.TryGetValue("default", out schema);
        if (!isListed)
        {
            if (exchange.Status is >= 200 and < 300 && !options.AnswersMayHaveMore)
                faults.Add($"the answer has the status {status}, which is none of {string.Join(", ", operation.Answers.Keys)}");
            return;
        }
        if (exchange.AnswerBody.Length == 0)
        {
            if (schema is not null && exchange.Method != "HEAD" && exchange.Status != 204 && !options.AnswersMayHaveMore) faults.Add("the answer lacks its body");
            return;
        }
        if (schema is null)
        {
            if (!options.AnswersMayHaveMore) faults.Add($"the answer has a body, and {status} has none");
            return;
        }
        var path = exchange.Path[basePath.Length..];
        var isWrapped = options.Envelope is not null && exchange.Status < 400 && !options.Bare.Any(start => path.StartsWith(start, StringComparison.Ordinal));
        CheckBody(exchange.AnswerBody, MediaType(exchange.AnswerHeaders), schema, MessageKind.Answer, "answer", isWrapped ? options.Envelope : null, faults);
    }

    private void CheckBody(byte[] body, string type, JsonNode? schema, MessageKind kind, string place, string? envelope, List<string> faults)
    {
        if (schema is null) return;
        if (!TryRead(body, type, SchemaCheck.Resolve(document, schema), out var document_))
        {
            faults.Add($"the {place} is not what '{type}' says");
            return;
        }
        using (document_)
        {
            var value = document_.RootElement;
            if (envelope is not null)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(envelope, out var inner))
                {
                    faults.Add($"the {place} lacks its envelope with '{envelope}'");
                    return;
                }
                if (inner.ValueKind == JsonValueKind.Null) return;
                (value, place) = (inner, $"{place}.{envelope}");
            }
            faults.AddRange(new SchemaCheck(document, kind, kind == MessageKind.Answer && options.AnswersMayHaveMore).Faults(value, schema, place));
        }
    }

    private static bool TryRead(byte[] body, string type, JsonObject? schema, out JsonDocument document)
    {
        document = null!;
        try
        {
            var text = Encoding.UTF8.GetString(body);
            if (type.EndsWith("json", StringComparison.Ordinal)) document = JsonDocument.Parse(text);
            else if ((string?)schema?["type"] is null or "object" && type.Contains("yaml", StringComparison.Ordinal)) document = JsonSerializer.SerializeToDocument(YamlText.Parse(text));
            else if (type == "application/x-www-form-urlencoded") document = JsonSerializer.SerializeToDocument(Query("?" + text).ToDictionary(q => q.Name, q => q.Value));
            else document = JsonSerializer.SerializeToDocument(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string MediaType(IReadOnlyDictionary<string, string> headers) =>
        headers.TryGetValue("Content-Type", out var type) ? type.Split(';')[0].Trim().ToLowerInvariant() : "";

    private static List<(string Name, string Value)> Query(string target)
    {
        var question = target.IndexOf('?');
        if (question < 0 || question == target.Length - 1) return [];
        return [.. target[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var parts = pair.Split('=', 2);
            return (Decode(parts[0]), parts.Length > 1 ? Decode(parts[1]) : "");
        })];

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }
}
