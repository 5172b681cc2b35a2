using System.Globalization;
using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary>
/// The paths that answer while the vault is sealed, without a token: health, seal status, who leads
/// (https://developer.hashicorp.com/vault/api-docs/system/health and its neighbours). Their answers have no envelope.
/// </summary>
internal static class SealEndpoints
{
    private const string Json = "application/json";

    public delegate ValueTask<VaultResponse> Endpoint(ServedVault vault, VaultRequest request, CancellationToken cancellationToken);

    /// <summary>The endpoint of a request, or null when it goes to the engines.</summary>
    public static Endpoint? Find(VaultRequest request) => !request.Path.StartsWith("sys/", StringComparison.Ordinal) ? null : request.Path switch
    {
        "sys/health" when request.Operation == VaultOperation.Read => HealthAsync,
        "sys/seal-status" when request.Operation == VaultOperation.Read => SealStatusAsync,
        "sys/leader" when request.Operation == VaultOperation.Read => LeaderAsync,
        _ => null,
    };

    private static async ValueTask<VaultResponse> HealthAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        var initialized = await vault.IsInitializedAsync(cancellationToken);
        var @sealed = vault.IsSealed;
        var status = !initialized ? Code(request, "uninitcode", 501) : @sealed ? Code(request, "sealedcode", 503) : Code(request, "activecode", 200);
        return Bare(status, writer =>
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
        });
    }

    private static async ValueTask<VaultResponse> SealStatusAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        var initialized = await vault.IsInitializedAsync(cancellationToken);
        return Bare(200, writer =>
        {
            writer.WriteString("type"u8, "shamir"u8);
            writer.WriteBoolean("initialized"u8, initialized);
            writer.WriteBoolean("sealed"u8, vault.IsSealed);
            writer.WriteNumber("t"u8, 1);
            writer.WriteNumber("n"u8, 1);
            writer.WriteNumber("progress"u8, 0);
            writer.WriteString("nonce"u8, ""u8);
            writer.WriteString("version"u8, ServedVaultOptions.ApiVersion);
            writer.WriteString("build_date"u8, ""u8);
            writer.WriteBoolean("migration"u8, value: false);
            if (vault.VaultId is { } id)
            {
                writer.WriteString("cluster_name"u8, vault.Options.ClusterName);
                writer.WriteString("cluster_id"u8, id);
            }
            writer.WriteBoolean("recovery_seal"u8, value: false);
            writer.WriteString("storage_type"u8, vault.Options.StorageType);
        });
    }

    private static ValueTask<VaultResponse> LeaderAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken) => new(Bare(200, writer =>
    {
        writer.WriteBoolean("ha_enabled"u8, value: false);
        writer.WriteBoolean("is_self"u8, value: false);
        writer.WriteString("active_time"u8, "0001-01-01T00:00:00Z"u8);
        writer.WriteString("leader_address"u8, ""u8);
        writer.WriteString("leader_cluster_address"u8, ""u8);
        writer.WriteBoolean("performance_standby"u8, value: false);
        writer.WriteNumber("performance_standby_last_remote_wal"u8, 0);
    }));

    private static VaultResponse Bare(int status, Action<Utf8JsonWriter> write)
    {
        var response = VaultResponse.Ok(write);
        response.BareContentType = Json;
        response.StatusCode = status;
        return response;
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
