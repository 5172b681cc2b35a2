using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary><c>sys/leader</c>: there is one server, and it does not elect.</summary>
internal static class PathLeader
{
    public static ValueTask<VaultResponse> HandleAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation != VaultOperation.Read) throw SealEndpoints.Unsupported(request);
        _ = vault.Barrier;
        return new(SealEndpoints.Bare(writer =>
        {
            writer.WriteBoolean("ha_enabled"u8, value: false);
            writer.WriteBoolean("is_self"u8, value: false);
            writer.WriteString("active_time"u8, "0001-01-01T00:00:00Z"u8);
            writer.WriteString("leader_address"u8, ""u8);
            writer.WriteString("leader_cluster_address"u8, ""u8);
            writer.WriteBoolean("performance_standby"u8, value: false);
            writer.WriteNumber("performance_standby_last_remote_wal"u8, 0);
        }));
    }
}
