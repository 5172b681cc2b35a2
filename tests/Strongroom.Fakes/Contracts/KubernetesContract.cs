using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>The parts of the Kubernetes API that concern secrets, tokens and permissions; every failure is a <c>Status</c>.</summary>
public static class KubernetesContract
{
    /// <summary>The contract.</summary>
    public static ApiContract Create()
    {
        var status = JsonNode.Parse("""
            {"type":"object","required":["kind","status","message"],
             "properties":{"kind":{"type":"string","enum":["Status"]},"status":{"type":"string","enum":["Failure"]},"message":{"type":"string"},
             "reason":{"type":"string"},"code":{"type":"integer"},"apiVersion":{"type":"string"},"metadata":{"type":"object"},"details":{"type":"object"}}}
            """);
        var core = new OpenApiContract("kubernetes-core-v1-secrets.openapi.json", new OpenApiOptions { ErrorSchema = status });
        var access = new OpenApiContract("kubernetes-authn-authz.swagger.json", new OpenApiOptions { ErrorSchema = status!.DeepClone() });
        // The events of a watch follow one another line by line; the description speaks of the list only.
        var watch = new WatchContract(core);
        return new SplitContract((exchange => exchange.Target.Contains("watch=true", StringComparison.Ordinal), watch), (exchange => exchange.Path.StartsWith("/api/", StringComparison.Ordinal), core), (_ => true, access));
    }

    private sealed class WatchContract(ApiContract list) : ApiContract
    {
        public override IReadOnlyList<string> Violations(Exchange exchange) =>
            list.Violations(exchange.Status == 200 ? exchange with { AnswerBody = """{"items":[]}"""u8.ToArray() } : exchange);
    }
}
