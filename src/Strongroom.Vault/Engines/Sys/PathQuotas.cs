using System.Globalization;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/quotas/config</c> and <c>sys/quotas/rate-limit/:name</c>: how many requests a client may make.</summary>
internal static class PathQuotas
{
    public static async ValueTask<VaultResponse> ConfigAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation == VaultOperation.Read)
        {
            var settings = call.System.Quotas.Table.Settings;
            return VaultResponse.Ok(writer =>
            {
                writer.WriteBoolean("enable_rate_limit_audit_logging"u8, settings.AuditLogging);
                writer.WriteBoolean("enable_rate_limit_response_headers"u8, settings.ResponseHeaders);
                writer.WriteStrings("rate_limit_exempt_paths", settings.ExemptPaths);
            });
        }
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        return VaultResponse.Done(await call.System.Quotas.ChangeAsync(
            table => table with
            {
                Settings = table.Settings with
                {
                    AuditLogging = fields.Flag("enable_rate_limit_audit_logging") ?? table.Settings.AuditLogging,
                    ResponseHeaders = fields.Flag("enable_rate_limit_response_headers") ?? table.Settings.ResponseHeaders,
                    ExemptPaths = fields.Names("rate_limit_exempt_paths") ?? table.Settings.ExemptPaths,
                },
            },
            call.Context, cancellationToken));
    }

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        var quotas = call.System.Quotas;
        var name = call.Argument.Trim('/');
        var known = Array.Find(quotas.Table.Limits, limit => string.Equals(limit.Name, name, StringComparison.Ordinal));
        switch (call.Request.Operation)
        {
            case VaultOperation.List or VaultOperation.Read when name.Length == 0:
                return VaultResponse.Keys([.. quotas.Table.Limits.Select(limit => limit.Name)]);
            case VaultOperation.Read:
                return Describe(known ?? throw call.NotFound());
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0:
                var made = Read(call, name, known);
                return VaultResponse.Done(await quotas.ChangeAsync(
                    table => table with { Limits = [.. table.Limits.Where(limit => !string.Equals(limit.Name, name, StringComparison.Ordinal)), made] },
                    call.Context, cancellationToken));
            case VaultOperation.Delete when name.Length > 0:
                return VaultResponse.Done(await quotas.ChangeAsync(
                    table => table with { Limits = [.. table.Limits.Where(limit => !string.Equals(limit.Name, name, StringComparison.Ordinal))] },
                    call.Context, cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    private static QuotaEntry Read(SysCall call, string name, QuotaEntry? known)
    {
        using var fields = new RequestFields(call.Request);
        if (fields.Text("role") is { Length: > 0 }) throw RequestFields.Invalid("rate limits by role are not supported; give the path of the mount");
        var path = (fields.Text("path") ?? known?.Path ?? "").TrimStart('/');
        var mount = path.Length == 0 ? null : call.System.Mounts.Table.Find(path.EndsWith('/') ? path : path + "/");
        if (path.Length > 0 && mount is null) throw RequestFields.Invalid($"invalid mount path \"{path}\"");
        if (mount is not null && path.Length < mount.Path.Length) path = mount.Path;
        if (Array.Exists(call.System.Quotas.Table.Limits, other => string.Equals(other.Path, path, StringComparison.Ordinal) && !string.Equals(other.Name, name, StringComparison.Ordinal)))
            throw RequestFields.Invalid("quota rule with similar properties exists under the name of another one");
        var rate = fields.Text("rate") is { } text
            ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw RequestFields.Invalid("'rate' is not a number")
            : known?.Rate ?? 0;
        if (rate is not (> 0 and < 1e12)) throw RequestFields.Invalid("'rate' is invalid");
        var entry = new QuotaEntry
        {
            Name = name,
            Path = path,
            Rate = rate,
            Interval = fields.Seconds("interval") ?? known?.Interval ?? 1,
            BlockInterval = fields.Seconds("block_interval") ?? known?.BlockInterval ?? 0,
        };
        return entry.Interval is >= 1 and <= 86400 && entry.BlockInterval is >= 0 and <= 86400 * 365
            ? entry
            : throw RequestFields.Invalid("'interval' is 1 second to 24 hours, 'block_interval' up to a year");
    }

    private static VaultResponse Describe(QuotaEntry entry) => VaultResponse.Ok(writer =>
    {
        writer.WriteNumber("block_interval"u8, entry.BlockInterval);
        writer.WriteBoolean("inheritable"u8, entry.Path.Length == 0);
        writer.WriteNumber("interval"u8, entry.Interval);
        writer.WriteString("name"u8, entry.Name);
        writer.WriteString("path"u8, entry.Path);
        writer.WriteNumber("rate"u8, entry.Rate);
        writer.WriteString("role"u8, ""u8);
        writer.WriteString("type"u8, "rate-limit"u8);
    });
}
