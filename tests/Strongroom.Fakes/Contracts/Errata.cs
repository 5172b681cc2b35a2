using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>
/// Corrects the descriptions where <c>errata.json</c> (or the vendor's documentation, where it says so here) knows better. A point of
/// <c>errata.json</c> that is not here changes no schema: it is told to a contract by its options, or concerns nothing that is judged.
/// </summary>
internal static class Errata
{
    public static void Correct(string file, JsonObject document)
    {
        switch (file)
        {
            case "fly-machines.openapi.json":
                document["components"]!["schemas"]!["AppSecretsUpdateRequest"]!["properties"]!["values"]!["additionalProperties"]!["nullable"] = true;
                AddQuery(document, "/apps/{app_name}/secrets", "get", "version", "string");
                break;
            case "github-actions-secrets.openapi.json":
                // docs.github.com/rest/repos/repos: a part of the API that this description leaves out.
                document["paths"]!["/repos/{owner}/{repo}"] = JsonNode.Parse("""
                    {"get":{"operationId":"repos/get","parameters":[{"name":"owner","in":"path","required":true,"schema":{"type":"string"}},
                      {"name":"repo","in":"path","required":true,"schema":{"type":"string"}}],
                     "responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"type":"object","required":["id","name","full_name"],
                       "properties":{"id":{"type":"integer"},"name":{"type":"string"},"full_name":{"type":"string"}}}}}}}}}
                    """);
                break;
            case "vault-1.15.openapi.json":
                CorrectVault(document);
                break;
            case "kubernetes-core-v1-secrets.openapi.json":
                document["components"]!["schemas"]!["io.k8s.api.core.v1.Secret"]!["properties"]!["stringData"]!["writeOnly"] = true;
                break;
            case "kubernetes-authn-authz.swagger.json":
                // Seen in the transcript: the time of what is never stored is null.
                document["definitions"]!["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]!["properties"]!["creationTimestamp"] =
                    JsonNode.Parse("""{"type":"string","format":"date-time","x-nullable":true}""");
                break;
            case "pulumi-esc.openapi.yaml":
                CorrectPulumi(document);
                break;
            case "azure-keyvault-secrets-2026-04-01.swagger.json":
                CorrectAzure(document);
                break;
            case "aws-secretsmanager-2017-10-17.service.json":
                foreach (var shape in (string[])["CreateSecretRequest", "PutSecretValueRequest", "UpdateSecretRequest", "RotateSecretRequest"])
                {
                    var owner = document["shapes"]![shape]!.AsObject();
                    if (owner["required"] is not JsonArray required) owner["required"] = required = [];
                    required.Add("ClientRequestToken");
                }
                break;
        }
    }

    private static void CorrectVault(JsonObject document)
    {
        var paths = document["paths"]!.AsObject();
        var data = paths["/{kv_v2_mount_path}/data/{path}"]!.AsObject();
        var patch = data["post"]!.DeepClone();
        patch["operationId"] = "kv-v2-patch";
        var content = patch["requestBody"]!["content"]!.AsObject();
        content["application/merge-patch+json"] = content["application/json"]!.DeepClone();
        data["patch"] = patch;
        // Vault's API documentation: a version is asked for by the query.
        AddQuery(document, "/{kv_v2_mount_path}/data/{path}", "get", "version", "integer");
        AddQuery(document, "/{kv_v2_mount_path}/subkeys/{path}", "get", "version", "integer");
        AddQuery(document, "/{kv_v2_mount_path}/subkeys/{path}", "get", "depth", "integer");
        foreach (var code in (string[])["standbyok", "perfstandbyok", "activecode", "standbycode", "sealedcode", "uninitcode"])
            AddQuery(document, "/sys/health", "get", code, code.EndsWith("ok", StringComparison.Ordinal) ? "boolean" : "integer");
        // Seen in the transcript: these two are numbers of seconds.
        foreach (var (schema, member) in (ReadOnlySpan<(string, string)>)[("AppRoleWriteSecretIdResponse", "secret_id_ttl"), ("ReadWrappingPropertiesResponse", "creation_ttl"), ("ReadWrappingProperties2Response", "creation_ttl")])
            document["components"]!["schemas"]![schema]!["properties"]![member]!["type"] = "integer";
        // Seen in the transcript: without metadata of one's own there is null.
        foreach (var (_, schema) in document["components"]!["schemas"]!.AsObject())
            if (schema!["properties"]?["custom_metadata"] is JsonObject own) own["nullable"] = true;
        // Vault's own clients ask here what is mounted; the description leaves it out.
        paths["/sys/internal/ui/mounts/{path}"] = JsonNode.Parse("""
            {"get":{"operationId":"internal-ui-read-mount-information","parameters":[{"name":"path","in":"path","required":true,"schema":{"type":"string"}}],
             "responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"type":"object","required":["data"],
               "properties":{"data":{"type":"object","required":["type","path"],"properties":{"type":{"type":"string"},"path":{"type":"string"}}}}}}}}}}}
            """);
        // The root of a mount is listed, too.
        foreach (var (template, root) in (ReadOnlySpan<(string, string)>)
            [("/{kv_v2_mount_path}/metadata/{path}/", "/{kv_v2_mount_path}/metadata/"), ("/{kv_v1_mount_path}/{path}/", "/{kv_v1_mount_path}/")])
        {
            var ofRoot = paths[template]!.DeepClone().AsObject();
            foreach (var holder in (JsonObject[])[ofRoot, .. ofRoot.Select(o => o.Value).OfType<JsonObject>()])
                if (holder["parameters"] is JsonArray) holder["parameters"] = new JsonArray([.. Parameters(holder).Where(p => (string?)p["name"] != "path").Select(p => p.DeepClone())]);
            paths[root] = ofRoot;
        }
        foreach (var (template, item) in paths.ToList())
        {
            // The verb LIST is the same as GET with list=true, and either may leave the last slash out.
            if (item!["get"] is not JsonObject get || Parameters(get).All(p => (string?)p["name"] != "list")) continue;
            var list = get.DeepClone().AsObject();
            list["parameters"] = new JsonArray([.. Parameters(list).Where(p => (string?)p["name"] != "list").Select(p => p.DeepClone())]);
            list["operationId"] = (string?)list["operationId"] + " (LIST)";
            item["list"] = list;
            var withoutSlash = template.TrimEnd('/');
            if (paths[withoutSlash] is not JsonObject other) paths[withoutSlash] = item.DeepClone();
            else if (other["list"] is null) other["list"] = list.DeepClone();
        }
    }

    private static void CorrectPulumi(JsonObject document)
    {
        // A value of a definition may be anything, as in the description's own example ("foo": "bar"); a variable may be a call of fn::secret.
        var values = document["components"]!["schemas"]!["EnvironmentDefinitionValues"]!.AsObject();
        values["additionalProperties"] = true;
        foreach (var (_, member) in values["properties"]!.AsObject()) member!["additionalProperties"] = true;
        var paths = document["paths"]!.AsObject();
        foreach (var (template, item) in paths.ToList())
        {
            if (!template.Contains("open//{", StringComparison.Ordinal)) continue;
            var single = template.Replace("open//{", "open/{", StringComparison.Ordinal);
            if (paths[single] is JsonObject known)
                foreach (var (method, operation) in item!.AsObject())
                    known[method] ??= operation!.DeepClone();
            else paths[single] = item!.DeepClone();
            if (paths[single]!["get"] is not null && Parameters(paths[single]!["get"]!.AsObject()).All(p => (string?)p["name"] != "property"))
                AddQuery(document, single, "get", "property", "string");
        }
    }

    private static void CorrectAzure(JsonObject document)
    {
        var paths = document["paths"]!.AsObject();
        var latest = paths["/secrets/{secret-name}/{secret-version}"]!["get"]!.DeepClone().AsObject();
        latest["parameters"] = new JsonArray([.. Parameters(latest).Where(p => (string?)p["name"] != "secret-version").Select(p => p.DeepClone())]);
        latest["operationId"] = "GetSecret (latest)";
        paths["/secrets/{secret-name}"]!["get"] = latest;
        paths["/secrets/{secret-name}/"] = new JsonObject { ["get"] = latest.DeepClone() };
        // What a nextLink holds, which is to be followed as it is.
        AddQuery(document, "/secrets", "get", "$skiptoken", "string");
    }

    private static IEnumerable<JsonObject> Parameters(JsonObject operation) => (operation["parameters"] as JsonArray ?? []).Select(p => p!.AsObject());

    private static void AddQuery(JsonObject document, string path, string method, string name, string type)
    {
        var operation = document["paths"]![path]![method]!.AsObject();
        if (operation["parameters"] is not JsonArray parameters) operation["parameters"] = parameters = [];
        parameters.Add(new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = type } });
    }
}
