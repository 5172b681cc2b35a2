using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace Strongroom.Fakes.Contracts;

/// <summary>An AWS service by its service model, in the protocols JSON 1.1 and Query.</summary>
public sealed class AwsServiceContract : ApiContract
{
    // Every service may answer these, so no model lists them.
    private static readonly string[] CommonErrors =
    [
        "AccessDeniedException", "AccessDenied", "ExpiredTokenException", "ExpiredToken", "IncompleteSignature", "IncompleteSignatureException",
        "InternalFailure", "InternalFailureException", "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired", "RequestExpired", "ServiceUnavailable", "ServiceUnavailableException",
        "SignatureDoesNotMatch", "Throttling", "ThrottlingException", "UnrecognizedClientException", "ValidationError", "ValidationException",
    ];

    private readonly JsonObject _model;
    private readonly JsonObject _schemas;
    private readonly bool _isQuery;

    /// <summary>Reads a file of <see cref="Specs"/>.</summary>
    public AwsServiceContract(string file)
    {
        _model = Specs.Read(file);
        _schemas = AwsShapes.ToSchemas(_model);
        _isQuery = (string)_model["metadata"]!["protocol"]! == "query";
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Violations(Exchange exchange)
    {
        if (exchange.Method != "POST" || exchange.Path != "/") return [$"{exchange.Method} {exchange.Path}: every operation is POST /"];
        var form = _isQuery ? Form(exchange.RequestText) : [];
        var prefix = (string?)_model["metadata"]!["targetPrefix"] + ".";
        var target = exchange.RequestHeaders.GetValueOrDefault("X-Amz-Target") ?? "";
        var name = _isQuery ? form.GetValueOrDefault("Action") ?? "" : target.StartsWith(prefix, StringComparison.Ordinal) ? target[prefix.Length..] : "";
        if (_model["operations"]![name] is not JsonObject operation) return [$"'{(_isQuery ? name : target)}' is no operation"];
        var faults = new List<string>();
        CheckHeaders(exchange, operation, faults);
        if (_isQuery) CheckForm(form, operation, faults);
        else CheckJson(exchange.RequestBody, (string?)operation["input"]?["shape"], MessageKind.Request, "request", faults);
        if (exchange.Status == 200) CheckSuccess(exchange, operation, faults);
        else CheckError(exchange, operation, faults);
        return [.. faults.Select(fault => $"{name}: {fault}")];
    }

    private void CheckHeaders(Exchange exchange, JsonObject operation, List<string> faults)
    {
        var type = exchange.RequestHeaders.GetValueOrDefault("Content-Type")?.Split(';')[0] ?? "";
        var expected = _isQuery ? "application/x-www-form-urlencoded" : "application/x-amz-json-" + (string)_model["metadata"]!["jsonVersion"]!;
        if (type != expected) faults.Add($"the request has the content type '{type}', not {expected}");
        // Without a signature go the operations by which one gets the first keys.
        if (exchange.Status != 200 || (string?)operation["authtype"] == "none") return;
        var signature = exchange.RequestHeaders.GetValueOrDefault("Authorization") ?? "";
        if (!signature.StartsWith("AWS4-HMAC-SHA256 Credential=", StringComparison.Ordinal)
            || !signature.Contains($"/{(string?)_model["metadata"]!["signingName"] ?? (string)_model["metadata"]!["endpointPrefix"]!}/aws4_request", StringComparison.Ordinal))
            faults.Add("was answered without a signature for this service");
    }

    private void CheckForm(Dictionary<string, string> form, JsonObject operation, List<string> faults)
    {
        if (form.GetValueOrDefault("Version") != (string)_model["metadata"]!["apiVersion"]!) faults.Add("Version is not the one of the model");
        var shape = _model["shapes"]![(string)operation["input"]!["shape"]!]!;
        foreach (var required in shape["required"] as JsonArray ?? [])
            if (!form.Keys.Any(key => key.Split('.')[0] == (string)required!)) faults.Add($"request lacks {required}");
        foreach (var (key, text) in form)
        {
            if (key is "Action" or "Version") continue;
            if (shape["members"]![key.Split('.')[0]] is not { } member) faults.Add($"request.{key} is not known");
            else if (!key.Contains('.') && _schemas["schemas"]![(string)member["shape"]!] is JsonObject schema)
            {
                var isNumber = (string)schema["type"]! == "integer" && long.TryParse(text, out _);
                using var value = JsonDocument.Parse(isNumber ? text : JsonSerializer.Serialize(text));
                faults.AddRange(new SchemaCheck(_schemas, MessageKind.Request, takesUnknown: false).Faults(value.RootElement, schema, $"request.{key}"));
            }
        }
    }

    private void CheckSuccess(Exchange exchange, JsonObject operation, List<string> faults)
    {
        var output = (string?)operation["output"]?["shape"];
        if (!_isQuery)
        {
            if (output is not null) CheckJson(exchange.AnswerBody, output, MessageKind.Answer, "answer", faults);
            return;
        }
        XNamespace space = (string)_model["metadata"]!["xmlNamespace"]!;
        try
        {
            var root = XDocument.Parse(exchange.AnswerText).Root!;
            if (root.Element(space + (string)operation["output"]!["resultWrapper"]!) is not { } result) faults.Add("the answer lacks its result");
            else
            {
                foreach (var element in result.Elements())
                    if (_model["shapes"]![output!]!["members"]![element.Name.LocalName] is null) faults.Add($"answer.{element.Name.LocalName} is not known");
                foreach (var required in _model["shapes"]![output!]!["required"] as JsonArray ?? [])
                    if (result.Element(space + (string)required!) is null) faults.Add($"answer lacks {required}");
            }
        }
        catch (XmlException)
        {
            faults.Add("the answer is no XML");
        }
    }

    private void CheckError(Exchange exchange, JsonObject operation, List<string> faults)
    {
        string? code;
        try
        {
            code = _isQuery
                ? XDocument.Parse(exchange.AnswerText).Descendants().FirstOrDefault(e => e.Name.LocalName == "Code")?.Value
                : (string?)JsonNode.Parse(exchange.AnswerBody)?["__type"] ?? exchange.AnswerHeaders.GetValueOrDefault("x-amzn-ErrorType");
        }
        catch (Exception e) when (e is XmlException or JsonException)
        {
            code = null;
        }
        if (code is null)
        {
            faults.Add("the answer names no error");
            return;
        }
        code = code.Split(':')[0].Split('#')[^1];
        var own = (operation["errors"] as JsonArray ?? []).Select(e => (string)e!["shape"]!)
            .Concat((operation["errors"] as JsonArray ?? []).Select(e => (string?)_model["shapes"]![(string)e!["shape"]!]!["error"]?["code"] ?? ""));
        if (!own.Concat(CommonErrors).Contains(code)) faults.Add($"the answer has the error {code}, which this operation does not have");
    }

    private void CheckJson(byte[] body, string? shape, MessageKind kind, string place, List<string> faults)
    {
        if (shape is null) return;
        try
        {
            using var document = JsonDocument.Parse(body);
            faults.AddRange(new SchemaCheck(_schemas, kind, takesUnknown: false).Faults(document.RootElement, AwsShapes.Reference(shape), place));
        }
        catch (JsonException)
        {
            faults.Add($"the {place} is no JSON");
        }
    }

    private static Dictionary<string, string> Form(string text) =>
        text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
            .ToDictionary(p => Uri.UnescapeDataString(p[0]), p => p.Length > 1 ? Uri.UnescapeDataString(p[1].Replace('+', ' ')) : "");
}
