using System.Globalization;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/metrics</c>: JSON as Vault writes it, or <c>?format=prometheus</c>. Counted since the vault was unsealed; times are milliseconds.
/// </summary>
internal static class PathMetrics
{
    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.Argument.Length > 0) throw call.Unsupported();
        var key = call.System.Barrier.Keyring.Current;
        var sequence = await call.System.Barrier.Storage.GetSequenceAsync(cancellationToken);
        var gauges = new List<(string Name, string Label, double Value)>
        {
            ("vault.barrier.key_encryptions", "", Math.Max(0, sequence - key.BeganAtSequence)),
            ("vault.barrier.key_term", "", key.Term),
            ("vault.core.unsealed", "", 1),
            ("vault.runtime.alloc_bytes", "", GC.GetTotalMemory(forceFullCollection: false)),
            ("vault.runtime.gc_pause_total_seconds", "", GC.GetTotalPauseDuration().TotalSeconds),
            ("vault.runtime.sys_bytes", "", Environment.WorkingSet),
            ("vault.runtime.total_gc_runs", "", GC.CollectionCount(0)),
            ("vault.storage.commits", "", sequence),
        };
        foreach (var device in call.System.AuditDevices.All)
            gauges.Add(("vault.audit.log_failure", $"device=\"{device.Entry.Path.Replace("\"", "", StringComparison.Ordinal)}\"", device.Lost));
        return call.Request.Query.GetValueOrDefault("format") is "prometheus" ? Prometheus(call, gauges) : Json(call, gauges);
    }

    private static VaultResponse Prometheus(SysCall call, List<(string Name, string Label, double Value)> gauges)
    {
        var text = new StringBuilder();
        foreach (var (name, label, value) in gauges)
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name.Replace('.', '_')} gauge\n{name.Replace('.', '_')}{(label.Length > 0 ? $"{{{label}}}" : "")} {value}\n");
        text.Append("# TYPE vault_core_handle_request histogram\n");
        foreach (var ((operation, type), series) in call.System.Metrics.All)
        {
            var labels = $"operation=\"{VaultRequest.NameOf(operation)}\",mount_type=\"{type}\"";
            var counts = series.Cumulated();
            for (var i = 0; i < RequestMetrics.Bounds.Length; i++)
                text.Append(CultureInfo.InvariantCulture, $"vault_core_handle_request_bucket{{{labels},le=\"{RequestMetrics.Bounds[i]}\"}} {counts[i]}\n");
            text.Append(CultureInfo.InvariantCulture, $"vault_core_handle_request_bucket{{{labels},le=\"+Inf\"}} {counts[^1]}\n");
            text.Append(CultureInfo.InvariantCulture, $"vault_core_handle_request_sum{{{labels}}} {series.SumMilliseconds}\n");
            text.Append(CultureInfo.InvariantCulture, $"vault_core_handle_request_count{{{labels}}} {counts[^1]}\n");
        }
        text.Append("# TYPE vault_core_handle_request_failed counter\n");
        foreach (var ((operation, type), series) in call.System.Metrics.All)
            text.Append(CultureInfo.InvariantCulture, $"vault_core_handle_request_failed{{operation=\"{VaultRequest.NameOf(operation)}\",mount_type=\"{type}\"}} {series.Failed}\n");
        var content = new SecretBuffer(text.Length);
        content.Write(Encoding.UTF8.GetBytes(text.ToString()));
        return VaultResponse.Bare(content, "text/plain; version=0.0.4; charset=utf-8");
    }

    private static VaultResponse Json(SysCall call, List<(string Name, string Label, double Value)> gauges)
    {
        var content = new SecretBuffer(4096);
        using (var writer = new Utf8JsonWriter(content))
        {
            writer.WriteStartObject();
            writer.WriteString("Timestamp"u8, call.System.Time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'", CultureInfo.InvariantCulture));
            writer.WriteStartArray("Gauges"u8);
            foreach (var (name, label, value) in gauges)
            {
                writer.WriteStartObject();
                writer.WriteString("Name"u8, name);
                writer.WriteNumber("Value"u8, value);
                writer.WriteStartObject("Labels"u8);
                if (label.Length > 0) writer.WriteString("device"u8, label.Split('"')[1]);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStrings("Points", []);
            writer.WriteStrings("Counters", []);
            writer.WriteStartArray("Samples"u8);
            foreach (var ((operation, type), series) in call.System.Metrics.All)
            {
                var count = series.Cumulated()[^1];
                writer.WriteStartObject();
                writer.WriteString("Name"u8, "vault.core.handle_request"u8);
                writer.WriteNumber("Count"u8, count);
                writer.WriteNumber("Sum"u8, series.SumMilliseconds);
                writer.WriteNumber("Mean"u8, count == 0 ? 0 : series.SumMilliseconds / count);
                writer.WriteStartObject("Labels"u8);
                writer.WriteString("operation"u8, VaultRequest.NameOf(operation));
                writer.WriteString("mount_type"u8, type);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return VaultResponse.Bare(content, "application/json");
    }
}
