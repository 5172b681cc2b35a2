using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Served;

/// <summary><c>sys/seal-status</c>: what closes the vault, and how many keys it still waits for.</summary>
internal static class PathSealStatus
{
    public static ValueTask<VaultResponse> HandleAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken) =>
        request.Operation == VaultOperation.Read ? AnswerAsync(vault, cancellationToken) : throw SealEndpoints.Unsupported(request);

    /// <summary>The status as it is now; unsealing answers it too.</summary>
    public static async ValueTask<VaultResponse> AnswerAsync(ServedVault vault, CancellationToken cancellationToken)
    {
        var initialized = await vault.IsInitializedAsync(cancellationToken);
        var (kind, split) = initialized ? await vault.ReadSealAsync(cancellationToken) : (vault.Options.Seal?.Kind ?? ShamirSeal.KindName, default);
        return SealEndpoints.Bare(writer =>
        {
            writer.WriteString("type"u8, kind);
            writer.WriteBoolean("initialized"u8, initialized);
            writer.WriteBoolean("sealed"u8, vault.IsSealed);
            writer.WriteNumber("t"u8, split.Threshold);
            writer.WriteNumber("n"u8, split.Shares);
            writer.WriteNumber("progress"u8, vault.Unsealing.Progress);
            writer.WriteString("nonce"u8, vault.Unsealing.Nonce);
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
}
