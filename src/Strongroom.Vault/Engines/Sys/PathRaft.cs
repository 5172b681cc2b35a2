using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Snapshots;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/storage/raft/snapshot</c>, <c>/snapshot-force</c> and <c>/configuration</c>: backups of a whole storage, under the paths where Vault's
/// clients look for them. There is no raft: one server is its own only voter.
/// </summary>
internal static class PathRaft
{
    private const string OtherKeys =
        "could not verify hash file, possibly the snapshot is using a different set of unseal keys; use the snapshot-force API to bypass this check";

    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken) => call.Request.Operation switch
    {
        VaultOperation.Read when call.Argument.Length == 0 => SaveAsync(call, cancellationToken),
        _ => RestoreAsync(call, force: false, cancellationToken),
    };

    public static ValueTask<VaultResponse> HandleForceAsync(SysCall call, CancellationToken cancellationToken) => RestoreAsync(call, force: true, cancellationToken);

    public static ValueTask<VaultResponse> HandleConfigurationAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.Argument.Length > 0) throw call.Unsupported();
        var options = call.Served.Options;
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteStartObject("config"u8);
            writer.WriteNumber("index"u8, 0);
            writer.WriteStartArray("servers"u8);
            writer.WriteStartObject();
            writer.WriteString("address"u8, options.ClusterAddress.Length > 0 ? options.ClusterAddress : options.ApiAddress);
            writer.WriteBoolean("leader"u8, value: true);
            writer.WriteString("node_id"u8, Environment.MachineName);
            writer.WriteString("protocol_version"u8, "3"u8);
            writer.WriteBoolean("voter"u8, value: true);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private static async ValueTask<VaultResponse> SaveAsync(SysCall call, CancellationToken cancellationToken)
    {
        var packed = await SnapshotWriter.WriteAsync(call.System.Barrier, call.System.Time.GetUtcNow(), cancellationToken);
        var buffer = new SecretBuffer(packed.Length);
        buffer.Write(packed);
        var response = VaultResponse.Ok(buffer);
        response.BareContentType = "application/gzip";
        return response;
    }

    /// <summary>Puts a snapshot in the place of everything, in one commit. Then the vault is opened again, or sealed when its keys are others.</summary>
    private static async ValueTask<VaultResponse> RestoreAsync(SysCall call, bool force, CancellationToken cancellationToken)
    {
        if (!call.IsWrite || call.Argument.Length > 0) throw call.Unsupported();
        var snapshot = await Snapshot.ReadAsync(call.Request.Body, cancellationToken);
        if (!force && !call.System.Barrier.IsOwn(snapshot)) throw RequestFields.Invalid(OtherKeys);
        return VaultResponse.DoneThen(call.Served.ReopenAsync, await call.System.Barrier.RestoreAsync(snapshot));
    }
}
