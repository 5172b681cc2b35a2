using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/remount</c> and <c>sys/remount/status/:id</c>: moves an engine. What it stores does not move, so it is done when the answer is given;
/// leases below the old path are revoked first, as Vault does it. What was moved is remembered until the vault is sealed.
/// </summary>
internal static class PathRemount
{
    private const string Status = "status/";

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Argument.StartsWith(Status, StringComparison.Ordinal)) return ReadStatus(call, call.Argument[Status.Length..]);
        if (!call.IsWrite || call.Argument.Length > 0) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var (from, to) = (fields.RequireText("from").Trim('/') + "/", fields.RequireText("to").Trim('/') + "/");
        PathMounts.RequirePath(to);
        var mount = Array.Find(call.System.Mounts.Table.All.ToArray(), mount => string.Equals(mount.Path, from, StringComparison.Ordinal))?.Entry
            ?? throw RequestFields.Invalid($"no matching mount at \"{from}\"");
        if (mount.IsFixed) throw RequestFields.Invalid($"cannot remount \"{from}\"");
        if (mount.IsAuth != to.StartsWith("auth/", StringComparison.Ordinal))
            throw RequestFields.Invalid("cannot remount auth mount to non-auth mount, or vice versa");
        await call.System.Leases.RevokePrefixAsync(from, cancellationToken);
        var sequence = await call.System.Mounts.MoveAsync(mount, to, call.Context, cancellationToken);
        var id = TokenText.NewUuid(call.System.Barrier.Random);
        call.System.Remounts.Add(id, from, to);
        return VaultResponse.Ok(writer => writer.WriteString("migration_id"u8, id), sequence);
    }

    private static VaultResponse ReadStatus(SysCall call, string id)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var (from, to) = call.System.Remounts.Find(id) ?? throw call.NotFound();
        return VaultResponse.Ok(writer =>
        {
            writer.WriteString("migration_id"u8, id);
            writer.WriteStartObject("migration_info"u8);
            writer.WriteString("source_mount"u8, from);
            writer.WriteString("target_mount"u8, to);
            writer.WriteString("status"u8, "success"u8);
            writer.WriteEndObject();
        });
    }
}
