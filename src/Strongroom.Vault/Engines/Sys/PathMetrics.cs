using System.Globalization;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/metrics</c>: gauges of the process and of the vault, as JSON or, with <c>format=prometheus</c>, as text for Prometheus
/// (https://developer.hashicorp.com/vault/api-docs/system/metrics). All of them cost nothing to read, however large the vault is.
/// </summary>
internal static class PathMetrics
{
    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.Argument.Length > 0) throw call.Unsupported();
        var key = call.System.Barrier.Keyring.Current;
        var sequence = await call.System.Barrier.Storage.GetSequenceAsync(cancellationToken);
        (string Name, double Value)[] gauges =
        [
            ("vault.barrier.key_encryptions", Math.Max(0, sequence - key.BeganAtSequence)),
            ("vault.barrier.key_term", key.Term),
            ("vault.core.unsealed", 1),
            ("vault.runtime.alloc_bytes", GC.GetTotalMemory(forceFullCollection: false)),
            ("vault.runtime.gc_pause_total_seconds", GC.GetTotalPauseDuration().TotalSeconds),
            ("vault.runtime.sys_bytes", Environment.WorkingSet),
            ("vault.runtime.total_gc_runs", GC.CollectionCount(0)),
            ("vault.storage.commits", sequence),
        ];
        return call.Request.Query.TryGetValue("format", out var format) && format == "prometheus" ? Prometheus(gauges) : Json(call.System.Time.GetUtcNow(), gauges);
    }

    private static VaultResponse Json(DateTimeOffset now, (string Name, double Value)[] gauges)
    {
        var response = VaultResponse.Ok(writer =>
        {
            writer.WriteString("Timestamp"u8, now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'", CultureInfo.InvariantCulture));
            writer.WriteStartArray("Gauges"u8);
            foreach (var (name, value) in gauges)
            {
                writer.WriteStartObject();
                writer.WriteString("Name"u8, name);
                writer.WriteNumber("Value"u8, value);
                writer.WriteStartObject("Labels"u8);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            foreach (var kind in (ReadOnlySpan<string>)["Points", "Counters", "Samples"])
            {
                writer.WriteStartArray(kind);
                writer.WriteEndArray();
            }
        });
        response.BareContentType = "application/json";
        return response;
    }

    private static VaultResponse Prometheus((string Name, double Value)[] gauges)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in gauges)
        {
            var plain = name.Replace('.', '_');
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {plain} gauge\n{plain} {value:R}\n");
        }
        var content = new SecretBuffer(text.Length);
        content.Write(Encoding.UTF8.GetBytes(text.ToString()));
        return VaultResponse.Bare(content, "text/plain; version=0.0.4; charset=utf-8");
    }
}
