using Strongroom.Vault.Edge;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/config/auditing/request-headers</c>: which headers of requests the entries of audit devices tell.</summary>
internal static class PathRequestHeaders
{
    private const int CountMax = 64;

    // What opens something is never told in the clear.
    private static readonly string[] Secret = ["authorization", "cookie", "proxy-authorization", "x-vault-token"];

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        var name = call.Argument.Trim('/');
        var key = name.ToLowerInvariant();
        var edge = call.System.Edge;
        switch (call.Request.Operation)
        {
            case VaultOperation.Read when name.Length == 0:
                return VaultResponse.Ok(writer =>
                {
                    writer.WriteStartObject("headers"u8);
                    foreach (var (header, hmac) in edge.Now.AuditedHeaders) Write(writer, header, hmac);
                    writer.WriteEndObject();
                });
            case VaultOperation.Read:
                if (!edge.Now.AuditedHeaders.TryGetValue(key, out var coded)) throw RequestFields.Invalid("Could not find header in config");
                return VaultResponse.Ok(writer => Write(writer, name, coded));
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0:
                using (var fields = new RequestFields(call.Request))
                {
                    var hmac = fields.Flag("hmac") ?? false;
                    if (!HeaderName.IsOne(name)) throw RequestFields.Invalid("that is not the name of a header");
                    if (!hmac && Array.IndexOf(Secret, key) >= 0) throw RequestFields.Invalid("this header opens something: it is told with hmac=true alone");
                    return VaultResponse.Done(await edge.ChangeAsync(settings => settings with { AuditedHeaders = With(settings, key, hmac) }, call.Context, cancellationToken));
                }
            case VaultOperation.Delete when name.Length > 0:
                return VaultResponse.Done(await edge.ChangeAsync(settings => settings with { AuditedHeaders = With(settings, key, hmac: null) }, call.Context, cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    private static SortedDictionary<string, bool> With(EdgeSettings settings, string key, bool? hmac)
    {
        var headers = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (name, coded) in settings.AuditedHeaders) headers[name] = coded;
        if (hmac is { } set) headers[key] = set;
        else headers.Remove(key);
        return headers.Count <= CountMax ? headers : throw RequestFields.Invalid($"there are {CountMax} headers already");
    }

    private static void Write(System.Text.Json.Utf8JsonWriter writer, string name, bool hmac)
    {
        writer.WriteStartObject(name);
        writer.WriteBoolean("hmac"u8, hmac);
        writer.WriteEndObject();
    }
}
