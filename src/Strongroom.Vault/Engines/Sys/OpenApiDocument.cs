using System.Text.Json;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// The description of the API in OpenAPI 3.0, made from the routes that the engines declare. It has paths, methods, parameters of paths and who
/// may ask; what bodies and answers hold is not described.
/// </summary>
/// <param name="genericMountPaths">Whether mounts stand as parameters (<c>/{kv_v2_mount_path}/data/{path}</c>), one of each type.</param>
/// <param name="context">Appended to the ids of operations.</param>
internal sealed class OpenApiDocument(bool genericMountPaths, string context)
{
    private static readonly (Capability Operation, string Method)[] Methods =
        [(Capability.Read, "get"), (Capability.Update, "post"), (Capability.Patch, "patch"), (Capability.Delete, "delete")];

    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    public void Write(Utf8JsonWriter writer, IEnumerable<(Mount Mount, IReadOnlyList<EngineRoute> Routes)> mounts)
    {
        writer.WriteStartObject();
        writer.WriteString("openapi"u8, "3.0.2"u8);
        writer.WriteStartObject("info"u8);
        writer.WriteString("title"u8, "Strongroom, with the API of HashiCorp Vault"u8);
        writer.WriteString("description"u8, "All API routes are prefixed with `/v1/`."u8);
        writer.WriteString("version"u8, ServedVaultOptions.ApiVersion);
        writer.WriteEndObject();
        writer.WriteStartObject("paths"u8);
        foreach (var (mount, routes) in mounts)
        {
            foreach (var route in routes)
            {
                // A listing is a path of its own, because it is a GET as well.
                if ((route.Operations & ~Capability.List) != Capability.None) WritePath(writer, mount, route, isList: false);
                if ((route.Operations & Capability.List) != Capability.None) WritePath(writer, mount, route, isList: true);
            }
        }
        writer.WriteEndObject();
        writer.WriteStartObject("components"u8);
        writer.WriteStartObject("schemas"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WritePath(Utf8JsonWriter writer, Mount mount, EngineRoute route, bool isList)
    {
        var parameter = genericMountPaths ? MountParameter(mount) : null;
        var prefix = parameter is null ? mount.Path : mount.Entry!.IsAuth ? $"auth/{{{parameter}}}/" : $"{{{parameter}}}/";
        var path = $"/{prefix}{route.Path}".TrimEnd('/') + (isList ? "/" : "");
        if (!_paths.Add(path)) return;
        writer.WriteStartObject(path);
        writer.WriteString("description"u8, route.Text);
        WriteParameters(writer, mount, route, parameter);
        if (!isList && (route.Operations & Capability.Create) != Capability.None) writer.WriteBoolean("x-vault-createSupported"u8, value: true);
        if (ProtectedPaths.Contains(path)) writer.WriteBoolean("x-vault-sudo"u8, value: true);
        if (mount.Engine.IsOpen(isList ? VaultOperation.List : (route.Operations & Capability.Update) != Capability.None ? VaultOperation.Update : VaultOperation.Read, route.Path)) writer.WriteBoolean("x-vault-unauthenticated"u8, value: true);
        if (isList) WriteOperation(writer, "get", "list", path, route, mount);
        foreach (var (operation, method) in Methods)
        {
            if (!isList && (route.Operations & operation) != Capability.None) WriteOperation(writer, method, method, path, route, mount);
        }
        writer.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter writer, Mount mount, EngineRoute route, string? mountParameter)
    {
        writer.WriteStartArray("parameters"u8);
        foreach (var name in route.Parameters) WriteParameter(writer, name, "path", "", null);
        if (mountParameter is not null)
            WriteParameter(writer, mountParameter, "path", "Path that the backend was mounted at", mount.Path.TrimEnd('/')[(mount.Entry!.IsAuth ? "auth/".Length : 0)..]);
        writer.WriteEndArray();
    }

    private static void WriteParameter(Utf8JsonWriter writer, string name, string place, string description, string? byDefault)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        if (description.Length > 0) writer.WriteString("description"u8, description);
        writer.WriteString("in"u8, place);
        writer.WriteStartObject("schema"u8);
        writer.WriteString("type"u8, "string"u8);
        if (byDefault is not null) writer.WriteString("default"u8, byDefault);
        writer.WriteEndObject();
        writer.WriteBoolean("required"u8, value: true);
        writer.WriteEndObject();
    }

    private void WriteOperation(Utf8JsonWriter writer, string method, string verb, string path, EngineRoute route, Mount mount)
    {
        writer.WriteStartObject(method);
        writer.WriteString("summary"u8, route.Text);
        writer.WriteString("operationId"u8, Id(verb, path));
        writer.WriteStrings("tags", [mount.Entry is { IsAuth: true } ? "auth" : mount.Entry?.Type switch { "system" => "system", "identity" => "identity", _ => "secrets" }]);
        if (verb == "list")
        {
            writer.WriteStartArray("parameters"u8);
            writer.WriteStartObject();
            writer.WriteString("name"u8, "list"u8);
            writer.WriteString("description"u8, "Must be set to `true`"u8);
            writer.WriteString("in"u8, "query"u8);
            writer.WriteStartObject("schema"u8);
            writer.WriteString("type"u8, "string"u8);
            writer.WriteStrings("enum", ["true"]);
            writer.WriteEndObject();
            writer.WriteBoolean("required"u8, value: true);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        if (method is "post" or "patch") WriteBody(writer, method);
        writer.WriteStartObject("responses"u8);
        writer.WriteStartObject(method == "delete" ? "204"u8 : "200"u8);
        writer.WriteString("description"u8, method == "delete" ? "No Content"u8 : "OK"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, string method)
    {
        writer.WriteStartObject("requestBody"u8);
        writer.WriteStartObject("content"u8);
        writer.WriteStartObject(method == "patch" ? "application/merge-patch+json"u8 : "application/json"u8);
        writer.WriteStartObject("schema"u8);
        writer.WriteString("type"u8, "object"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Verb and path as words, each path its own: <c>post-sys-mounts-path</c>.</summary>
    private string Id(string verb, string path)
    {
        var words = path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal).Trim('/').Replace('/', '-').Replace('_', '-');
        return context.Length == 0 ? $"{verb}-{words}" : $"{verb}-{words}-{context}";
    }

    /// <summary>The name of a mount's parameter; null for mounts that are always in their place.</summary>
    private static string? MountParameter(Mount mount) => mount.Entry?.Type switch
    {
        "system" or "identity" or "cubbyhole" or "token" or null => null,
        "kv" => mount.Entry.Options.GetOption("version") == "2" ? "kv_v2_mount_path" : "kv_v1_mount_path",
        var type => type + "_mount_path",
    };
}
