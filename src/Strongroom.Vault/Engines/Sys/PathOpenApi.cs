using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/internal/specs/openapi</c>: the description of every path of the mounts that the caller may use.</summary>
internal static class PathOpenApi
{
    // It stands in the id of each operation.
    private const int ContextLengthMax = 64;

    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if ((call.Request.Operation != VaultOperation.Read && !call.IsWrite) || call.Argument.Length > 0) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var generic = fields.Flag("generic_mount_paths") == true;
        var context = fields.Text("context") ?? "";
        if (context.Length > ContextLengthMax) throw RequestFields.Invalid($"context has up to {ContextLengthMax} characters");
        var document = new OpenApiDocument(generic, context);
        var mounts = new List<(Mount, IReadOnlyList<EngineRoute>)>();
        foreach (var mount in call.System.Mounts.Table.All)
        {
            if (call.Context.Caller.Acl.AllowsBelow(mount.Path)) mounts.Add((mount, mount.Engine.Routes));
        }
        var content = new SecretBuffer(64 * 1024);
        using (var writer = new Utf8JsonWriter(content)) document.Write(writer, mounts);
        return new(VaultResponse.Bare(content, "application/json"));
    }
}
