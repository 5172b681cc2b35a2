using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>Vault's API: the description of Vault 1.15, with the envelope, verbs and failures that it leaves out.</summary>
public static class VaultContract
{
    /// <summary>The contract of a Vault with these mounts of KV, by their paths without slashes at the ends.</summary>
    public static OpenApiContract For(string[] kv2Mounts, params string[] kv1Mounts) => new("vault-1.15.openapi.json", new OpenApiOptions
    {
        BasePath = "/v1",
        MultiSegment = ["path"],
        PathValues = new Dictionary<string, string[]>
        {
            ["kv_v2_mount_path"] = kv2Mounts,
            ["kv_v1_mount_path"] = kv1Mounts,
            ["approle_mount_path"] = ["approle"],
            ["jwt_mount_path"] = ["jwt", "oidc"],
            ["kubernetes_mount_path"] = ["kubernetes"],
            ["userpass_mount_path"] = ["userpass"],
            ["database_mount_path"] = ["database"],
            ["transit_mount_path"] = ["transit"],
        },
        Envelope = "data",
        Bare = ["/sys/health", "/sys/seal-status", "/sys/leader", "/sys/init", "/sys/internal/ui/"],
        ErrorSchema = JsonNode.Parse("""{"type":"object","properties":{"errors":{"type":"array","items":{"type":"string"}}}}"""),
        TakesAnyContentType = true,
        AnswersMayHaveMore = true,
        Canonical = Canonical,
    });

    // PUT is POST, and GET with list=true is LIST.
    private static Exchange Canonical(Exchange exchange) => exchange.Method switch
    {
        "PUT" => exchange with { Method = "POST" },
        "GET" when exchange.Target.EndsWith("?list=true", StringComparison.Ordinal) => exchange with { Method = "LIST", Target = exchange.Path },
        _ => exchange,
    };
}
