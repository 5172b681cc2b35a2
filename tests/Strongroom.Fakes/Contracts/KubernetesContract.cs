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
        return new SplitContract((exchange => exchange.Path.StartsWith("/api/", StringComparison.Ordinal), core), (_ => true, access));
    }
}
