using System.Globalization;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary><c>sys/health</c>: the state as the status of the answer.</summary>
internal static class PathHealth
{
    public static async ValueTask<VaultResponse> HandleAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation != VaultOperation.Read) throw SealEndpoints.Unsupported(request);
        var initialized = await vault.IsInitializedAsync(cancellationToken);
        var @sealed = vault.IsSealed;
        var status = !initialized ? Code(request, "uninitcode", 501) : @sealed ? Code(request, "sealedcode", 503) : Code(request, "activecode", 200);
        return SealEndpoints.Bare(
            writer =>
            {
                writer.WriteBoolean("initialized"u8, initialized);
                writer.WriteBoolean("sealed"u8, @sealed);
                writer.WriteBoolean("standby"u8, @sealed);
                writer.WriteBoolean("performance_standby"u8, value: false);
                writer.WriteString("replication_performance_mode"u8, @sealed ? "unknown"u8 : "disabled"u8);
                writer.WriteString("replication_dr_mode"u8, @sealed ? "unknown"u8 : "disabled"u8);
                writer.WriteNumber("server_time_utc"u8, vault.Options.Time.GetUtcNow().ToUnixTimeSeconds());
                writer.WriteString("version"u8, ServedVaultOptions.ApiVersion);
                if (vault.VaultId is not { } id) return;
                writer.WriteString("cluster_name"u8, vault.Options.ClusterName);
                writer.WriteString("cluster_id"u8, id);
            },
            status);
    }

    /// <summary>The status that a query parameter asks for in the place of the usual one.</summary>
    private static int Code(VaultRequest request, string parameter, int usual)
    {
        if (!request.Query.TryGetValue(parameter, out var text)) return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 599
            ? code
            : throw RequestFields.Invalid("bad status code for " + parameter);
    }
}
