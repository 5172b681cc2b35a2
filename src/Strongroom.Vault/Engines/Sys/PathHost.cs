using System.Runtime.InteropServices;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/ha-status</c>, <c>sys/host-info</c> and <c>sys/config/state/sanitized</c>: the one server, its machine and its settings.</summary>
internal static class PathHost
{
    public static ValueTask<VaultResponse> HandleHaStatusAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var options = call.Served.Options;
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteStartArray("nodes"u8);
            writer.WriteStartObject();
            writer.WriteString("hostname"u8, Environment.MachineName);
            writer.WriteString("api_address"u8, options.ApiAddress);
            writer.WriteString("cluster_address"u8, options.ClusterAddress);
            writer.WriteBoolean("active_node"u8, value: true);
            writer.WriteNull("last_echo"u8);
            writer.WriteString("version"u8, ServedVaultOptions.ApiVersion);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }));
    }

    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteString("timestamp"u8, call.System.Time.GetUtcNow().UtcDateTime);
            writer.WriteStartObject("host"u8);
            writer.WriteString("hostname"u8, Environment.MachineName);
            writer.WriteNumber("uptime"u8, Environment.TickCount64 / 1000);
            writer.WriteString("os"u8, OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows");
            writer.WriteString("kernelVersion"u8, Environment.OSVersion.Version.ToString());
            writer.WriteString("kernelArch"u8, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
            writer.WriteEndObject();
            writer.WriteStartObject("memory"u8);
            writer.WriteNumber("total"u8, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
            writer.WriteEndObject();
            writer.WriteNumber("cpu_count"u8, Environment.ProcessorCount);
        }));
    }

    /// <summary><c>sys/config/state/sanitized</c>: how the server is configured; there is no secret in it.</summary>
    public static ValueTask<VaultResponse> HandleSanitizedAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var options = call.Served.Options;
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteString("api_addr"u8, options.ApiAddress);
            writer.WriteString("cluster_addr"u8, options.ClusterAddress);
            writer.WriteString("cluster_name"u8, options.ClusterName);
            writer.WriteNumber("default_lease_ttl"u8, options.DefaultLeaseTtl);
            writer.WriteNumber("max_lease_ttl"u8, options.MaxLeaseTtl);
            writer.WriteStartObject("storage"u8);
            writer.WriteString("type"u8, options.StorageType);
            writer.WriteEndObject();
            options.DescribeServer?.Invoke(writer);
        }));
    }
}
