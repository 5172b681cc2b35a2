using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary><c>sys/unseal</c>: takes one unseal key, or forgets those that were given.</summary>
internal static class PathUnseal
{
    public static async ValueTask<VaultResponse> HandleAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation != VaultOperation.Update) throw SealEndpoints.Unsupported(request);
        using var fields = new RequestFields(request);
        if (fields.Flag("reset") == true)
        {
            if (!vault.IsSealed) throw RequestFields.Invalid("vault is unsealed");
            await vault.Unsealing.ResetAsync(cancellationToken);
        }
        else if (fields.Flag("migrate") == true)
        {
            throw RequestFields.Invalid("migrate is not supported: the seal of a vault is changed with 'strongroom vault reseal' while the server is stopped");
        }
        else
        {
            await vault.Unsealing.GiveAsync(KeyInput.Read(fields), cancellationToken);
        }
        return await PathSealStatus.AnswerAsync(vault, cancellationToken);
    }
}
