using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Served;

/// <summary>
/// <c>sys/rekey/init</c>, <c>/update</c>, <c>/verify</c>: new unseal keys for the present ones. As in Vault they need no token but keys. Unlike
/// Vault's, the nonce is told to its beginner and to who has a token only, and giving it up takes one of the two: else anybody could end it.
/// </summary>
internal static class PathRekey
{
    public static async ValueTask<VaultResponse> HandleInitAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        var present = await RequireSharesAsync(vault, cancellationToken);
        switch (request.Operation)
        {
            case VaultOperation.Read:
                return Status(vault.Rekeying.State, present, await vault.MayAsync(request, Capability.Read, cancellationToken));
            case VaultOperation.Update:
                await StartAsync(vault, request, cancellationToken);
                return Status(vault.Rekeying.State, present, showNonce: true);
            case VaultOperation.Delete:
                if (vault.Rekeying.State.IsStarted)
                {
                    await RequireNonceOrTokenAsync(vault, request, vault.Rekeying.State.Nonce, cancellationToken);
                    await vault.Rekeying.GiveUpAsync(cancellationToken);
                }
                return VaultResponse.Done(0);
            default:
                throw SealEndpoints.Unsupported(request);
        }
    }

    public static async ValueTask<VaultResponse> HandleUpdateAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation != VaultOperation.Update) throw SealEndpoints.Unsupported(request);
        var present = await RequireSharesAsync(vault, cancellationToken);
        using var fields = new RequestFields(request);
        var made = await vault.Rekeying.GiveAsync(KeyInput.Read(fields), fields.Text("nonce") ?? "", cancellationToken);
        if (made is null) return Status(vault.Rekeying.State, present, showNonce: true);
        var response = SealEndpoints.Bare(writer =>
        {
            writer.WriteString("nonce"u8, made.Nonce);
            writer.WriteBoolean("complete"u8, value: true);
            KeyInput.WriteAndZero(writer, made.Shares);
            writer.WriteNull("pgp_fingerprints"u8);
            writer.WriteBoolean("backup"u8, value: false);
            writer.WriteBoolean("verification_required"u8, made.Seal is null);
            if (made.Seal is null) writer.WriteString("verification_nonce"u8, made.VerificationNonce);
        });
        if (made.Seal is { } seal) response.HandOver = (arrived, stop) => vault.Rekeying.HandOverAsync(seal, arrived, stop);
        return response;
    }

    public static async ValueTask<VaultResponse> HandleVerifyAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        await RequireSharesAsync(vault, cancellationToken);
        switch (request.Operation)
        {
            case VaultOperation.Read:
                return VerifyStatus(vault.Rekeying.State, await vault.MayAsync(request, Capability.Read, cancellationToken));
            case VaultOperation.Update:
                using (var fields = new RequestFields(request))
                {
                    var nonce = fields.Text("nonce") ?? "";
                    if (!await vault.Rekeying.VerifyAsync(KeyInput.Read(fields), nonce, cancellationToken)) return VerifyStatus(vault.Rekeying.State, showNonce: true);
                    return SealEndpoints.Bare(writer =>
                    {
                        writer.WriteString("nonce"u8, nonce);
                        writer.WriteBoolean("complete"u8, value: true);
                    });
                }
            case VaultOperation.Delete:
                await RequireNonceOrTokenAsync(vault, request, vault.Rekeying.State.VerificationNonce, cancellationToken);
                await vault.Rekeying.RestartVerificationAsync(cancellationToken);
                return VerifyStatus(vault.Rekeying.State, showNonce: true);
            default:
                throw SealEndpoints.Unsupported(request);
        }
    }

    public static ValueTask<VaultResponse> HandleRecoveryAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken) =>
        throw RequestFields.Invalid("recovery rekeying not supported: this server has no recovery keys; a vault is opened by unseal keys (sys/rekey) or by its seal alone");

    /// <summary>Throws Denied unless the request brings the nonce or a token that may do it.</summary>
    public static async ValueTask RequireNonceOrTokenAsync(ServedVault vault, VaultRequest request, string nonce, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(request);
        if (fields.Text("nonce") is { Length: > 0 } given) Rekeying.RequireNonce(given, nonce);
        else if (!await vault.MayAsync(request, Capability.Delete | Capability.Sudo, cancellationToken))
            throw new SecretException(SecretErrorKind.Denied, "permission denied", operation: request.OperationName, name: request.Path);
    }

    private static async ValueTask StartAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(request);
        PathInit.RefusePgp(fields, "pgp_keys");
        if (fields.Flag("backup") == true) throw RequestFields.Invalid("backup is not supported: it keeps keys that are encrypted with PGP only");
        var split = new ShareSplit(fields.Count("secret_shares") ?? 0, fields.Count("secret_threshold") ?? 0);
        await vault.Rekeying.StartAsync(split, fields.Flag("require_verification") == true, cancellationToken);
    }

    /// <summary>How the present key is split. Throws Sealed, and InvalidInput for a vault without unseal keys.</summary>
    private static async ValueTask<ShareSplit> RequireSharesAsync(ServedVault vault, CancellationToken cancellationToken)
    {
        _ = vault.Barrier;
        var (kind, split) = await vault.ReadSealAsync(cancellationToken);
        return kind == ShamirSeal.KindName
            ? split
            : throw RequestFields.Invalid($"rekeying is not supported: this vault has no unseal keys, its seal is {kind}; change it with 'strongroom vault reseal' while the server is stopped");
    }

    private static VaultResponse Status(RekeyState state, ShareSplit present, bool showNonce) => SealEndpoints.Bare(writer =>
    {
        writer.WriteString("nonce"u8, showNonce ? state.Nonce : "");
        writer.WriteBoolean("started"u8, state.IsStarted);
        WriteProgress(writer, state.Split, state.Progress);
        writer.WriteNumber("required"u8, present.Threshold);
        writer.WriteNull("pgp_fingerprints"u8);
        writer.WriteBoolean("backup"u8, value: false);
        writer.WriteBoolean("verification_required"u8, state.MustVerify);
        if (showNonce && state.VerificationNonce.Length > 0) writer.WriteString("verification_nonce"u8, state.VerificationNonce);
    });

    private static VaultResponse VerifyStatus(RekeyState state, bool showNonce) => SealEndpoints.Bare(writer =>
    {
        writer.WriteString("nonce"u8, showNonce ? state.VerificationNonce : "");
        writer.WriteBoolean("started"u8, state.VerificationNonce.Length > 0);
        WriteProgress(writer, state.Split, state.Verified);
    });

    private static void WriteProgress(Utf8JsonWriter writer, ShareSplit split, int progress)
    {
        writer.WriteNumber("t"u8, split.Threshold);
        writer.WriteNumber("n"u8, split.Shares);
        writer.WriteNumber("progress"u8, progress);
    }
}
