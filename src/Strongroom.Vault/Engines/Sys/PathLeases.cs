using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/leases/…</c>: look up, list, renew and revoke leases, one or all below a prefix.</summary>
internal static class PathLeases
{
    public static async ValueTask<VaultResponse> LookupAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation == VaultOperation.List)
            return VaultResponse.Keys(await call.System.Leases.ListAsync(call.Argument, cancellationToken));
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var id = Id(call, fields);
        var entry = (await call.System.Leases.FindAsync(id, cancellationToken))?.Entry ?? throw RequestFields.Invalid("invalid lease");
        return VaultResponse.Ok(writer =>
        {
            writer.WriteString("id"u8, id);
            writer.WriteUnixTime("issue_time", entry.CreatedAt);
            if (entry.ExpiresAt == 0) writer.WriteNull("expire_time"u8);
            else writer.WriteUnixTime("expire_time", entry.ExpiresAt);
            if (entry.RenewedAt == 0) writer.WriteNull("last_renewal"u8);
            else writer.WriteUnixTime("last_renewal", entry.RenewedAt);
            writer.WriteBoolean("renewable"u8, entry.Renewable);
            writer.WriteNumber("ttl"u8, entry.ExpiresAt == 0 ? 0 : Math.Max(0, entry.ExpiresAt - call.System.Tokens.Now));
        });
    }

    /// <summary>Refuses: every lease here is a token's, and those are renewed by <c>auth/token/renew</c>, under its permissions.</summary>
    public static async ValueTask<VaultResponse> RenewAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        fields.Seconds("increment");
        throw RequestFields.Invalid(
            await call.System.Leases.FindAsync(Id(call, fields), cancellationToken) is null ? "lease not found" : "tokens cannot be renewed through this endpoint");
    }

    public static async ValueTask<VaultResponse> RevokeAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        return VaultResponse.Done(await call.System.Leases.RevokeAsync(Id(call, fields), cancellationToken));
    }

    public static async ValueTask<VaultResponse> RevokePrefixAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        if (call.Argument.Trim('/').Length == 0) throw RequestFields.Invalid("missing prefix");
        return VaultResponse.Done(await call.System.Leases.RevokePrefixAsync(call.Argument, cancellationToken));
    }

    public static async ValueTask<VaultResponse> CountAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var counts = IsIrrevocable(call) ? [] : await call.System.Leases.CountAsync(cancellationToken);
        return VaultResponse.Ok(writer =>
        {
            writer.WriteNumber("lease_count"u8, counts.Values.Sum());
            writer.WriteStartObject("counts"u8);
            foreach (var (path, count) in counts) writer.WriteNumber(path, count);
            writer.WriteEndObject();
        });
    }

    public static ValueTask<VaultResponse> ListIrrevocableAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.Argument.Length > 0) throw call.Unsupported();
        if (!IsIrrevocable(call)) throw RequestFields.Invalid("only type=irrevocable is listed; sys/leases/lookup lists the others");
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteNumber("lease_count"u8, 0);
            writer.WriteStrings("leases", []);
        }));
    }

    public static async ValueTask<VaultResponse> TidyAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        await call.System.Leases.SweepAsync(cancellationToken);
        return VaultResponse.Done(0);
    }

    /// <summary>Whether it is about leases whose end failed for good. Here ending needs nobody else, and is tried until it is done.</summary>
    private static bool IsIrrevocable(SysCall call) => string.Equals(call.Request.Query.GetValueOrDefault("type"), "irrevocable", StringComparison.OrdinalIgnoreCase);

    private static string Id(SysCall call, RequestFields fields)
    {
        var id = fields.Text("lease_id") is { Length: > 0 } named ? named : fields.Text("url_lease_id") is { Length: > 0 } url ? url : call.Argument;
        return id.Length > 0 ? id : throw RequestFields.Invalid("lease_id must be specified");
    }
}
