using System.Globalization;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/quotas/config</c>, <c>sys/quotas/rate-limit/:name</c> and <c>sys/quotas/lease-count/:name</c>: how many requests a client may make, and how many leases there may be.</summary>
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

    public static async ValueTask<VaultResponse> RateLimitAsync(SysCall call, CancellationToken cancellationToken)
    {
        var quotas = call.System.Quotas;
        var name = call.Argument.Trim('/');
        var known = Find(quotas.Table.Limits, name);
        switch (call.Request.Operation)
        {
            case VaultOperation.List or VaultOperation.Read when name.Length == 0:
                return VaultResponse.Keys([.. quotas.Table.Limits.Select(limit => limit.Name)]);
            case VaultOperation.Read:
                return Describe(known ?? throw call.NotFound());
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0:
                var made = ReadRateLimit(call, name, known);
                return VaultResponse.Done(await quotas.ChangeAsync(table => table with { Limits = [.. Without(table.Limits, name), made] }, call.Context, cancellationToken));
            case VaultOperation.Delete when name.Length > 0:
                return VaultResponse.Done(await quotas.ChangeAsync(table => table with { Limits = Without(table.Limits, name) }, call.Context, cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    public static async ValueTask<VaultResponse> LeaseCountAsync(SysCall call, CancellationToken cancellationToken)
    {
        var quotas = call.System.Quotas;
        var name = call.Argument.Trim('/');
        var known = Find(quotas.Table.LeaseLimits, name);
        switch (call.Request.Operation)
        {
            case VaultOperation.List or VaultOperation.Read when name.Length == 0:
                return VaultResponse.Keys([.. quotas.Table.LeaseLimits.Select(limit => limit.Name)]);
            case VaultOperation.Read:
                var limit = Array.Find(quotas.LeaseLimits, limit => limit.Quota == known) ?? throw call.NotFound();
                return Describe(limit.Quota, await call.System.LeaseQuotas.CountAsync(limit, cancellationToken));
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0:
                var made = ReadLeaseCount(call, name, known);
                var sequence = await quotas.ChangeAsync(table => table with { LeaseLimits = [.. Without(table.LeaseLimits, name), made] }, call.Context, cancellationToken);
                await call.System.LeaseQuotas.CountAsync(cancellationToken);
                return VaultResponse.Done(sequence);
            case VaultOperation.Delete when name.Length > 0:
                return VaultResponse.Done(await quotas.ChangeAsync(table => table with { LeaseLimits = Without(table.LeaseLimits, name) }, call.Context, cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    private static T? Find<T>(T[] quotas, string name) where T : Quota => Array.Find(quotas, quota => string.Equals(quota.Name, name, StringComparison.Ordinal));

    private static T[] Without<T>(T[] quotas, string name) where T : Quota => Array.FindAll(quotas, quota => !string.Equals(quota.Name, name, StringComparison.Ordinal));

    private static RateQuota ReadRateLimit(SysCall call, string name, RateQuota? known)
    {
        using var fields = new RequestFields(call.Request);
        var (path, role) = QuotaTarget.Read(call.System, fields, name, known, call.System.Quotas.Table.Limits);
        var rate = fields.Text("rate") is { } text
            ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw RequestFields.Invalid("'rate' is not a number")
            : known?.Rate ?? 0;
        if (rate is not (> 0 and < 1e12)) throw RequestFields.Invalid("'rate' is invalid");
        var entry = new RateQuota
        {
            Name = name,
            Path = path,
            Role = role,
            Rate = rate,
            Interval = fields.Seconds("interval") ?? known?.Interval ?? 1,
            BlockInterval = fields.Seconds("block_interval") ?? known?.BlockInterval ?? 0,
        };
        return entry.Interval is >= 1 and <= 86400 && entry.BlockInterval is >= 0 and <= 86400 * 365
            ? entry
            : throw RequestFields.Invalid("'interval' is 1 second to 24 hours, 'block_interval' up to a year");
    }

    private static LeaseQuota ReadLeaseCount(SysCall call, string name, LeaseQuota? known)
    {
        using var fields = new RequestFields(call.Request);
        var (path, role) = QuotaTarget.Read(call.System, fields, name, known, call.System.Quotas.Table.LeaseLimits);
        var max = fields.Count("max_leases") ?? known?.MaxLeases ?? 0;
        return max > 0 ? new LeaseQuota { Name = name, Path = path, Role = role, MaxLeases = max } : throw RequestFields.Invalid("'max_leases' is invalid");
    }

    private static VaultResponse Describe(RateQuota entry) => VaultResponse.Ok(writer =>
    {
        writer.WriteNumber("block_interval"u8, entry.BlockInterval);
        writer.WriteBoolean("inheritable"u8, entry.Path.Length == 0);
        writer.WriteNumber("interval"u8, entry.Interval);
        writer.WriteString("name"u8, entry.Name);
        writer.WriteString("path"u8, entry.Path);
        writer.WriteNumber("rate"u8, entry.Rate);
        writer.WriteString("role"u8, entry.Role);
        writer.WriteString("type"u8, "rate-limit"u8);
    });

    private static VaultResponse Describe(LeaseQuota entry, int count) => VaultResponse.Ok(writer =>
    {
        writer.WriteNumber("counter"u8, count);
        writer.WriteBoolean("inheritable"u8, entry.Path.Length == 0);
        writer.WriteNumber("max_leases"u8, entry.MaxLeases);
        writer.WriteString("name"u8, entry.Name);
        writer.WriteString("path"u8, entry.Path);
        writer.WriteString("role"u8, entry.Role);
        writer.WriteString("type"u8, "lease-count"u8);
    });
}
