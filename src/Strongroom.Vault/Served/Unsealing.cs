using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Served;

/// <summary>Unseal keys coming in one by one until they open the vault.</summary>
internal sealed class Unsealing(ServedVault vault) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly KeyShares _shares = new(vault.Storage, vault.Options.Random);

    /// <summary>How many keys were given.</summary>
    public int Progress => _shares.Count;

    /// <summary>Names this attempt; empty before the first key.</summary>
    public string Nonce { get; private set; } = "";

    /// <summary>Takes over a key. Throws InvalidInput when the keys do not open the vault; then they are forgotten.</summary>
    public async ValueTask GiveAsync(byte[] key, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!vault.IsSealed) return;
            await RequireSharesAsync(cancellationToken);
            if (!_shares.Add(key)) return;
            if (Nonce.Length == 0) Nonce = TokenText.NewUuid(vault.Options.Random);
            if (await _shares.RestoreAsync(cancellationToken) is not { } restored) return;
            using (restored.Seal) await OpenAsync(restored, cancellationToken);
        }
        finally
        {
            if (_shares.Count == 0) Nonce = "";
            _turn.Release();
        }
    }

    /// <summary>Forgets the keys that were given.</summary>
    public async ValueTask ResetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        _shares.Clear();
        Nonce = "";
        _turn.Release();
    }

    public void Dispose()
    {
        _shares.Clear();
        _turn.Dispose();
    }

    private async ValueTask OpenAsync(RestoredKey restored, CancellationToken cancellationToken)
    {
        await vault.OpenAsync(restored.Seal, cancellationToken);
        // Someone holds these keys: nothing else needs to open the vault any more.
        await vault.Handover.EndAsync(cancellationToken);
        if (!restored.FormerOpens || restored.IsFormer) return;
        try
        {
            await vault.AdministerAsync(
                Caller.ShareHolders, "sys/rekey/update", (_, _) => vault.Barrier.ResealAsync(restored.Seal, CancellationToken.None), cancellationToken);
        }
        catch (SecretException)
        {
            // The vault is open. The former keys open it too until the next time.
        }
    }

    private async ValueTask RequireSharesAsync(CancellationToken cancellationToken)
    {
        var header = await VaultHeader.ReadAsync(vault.Storage, cancellationToken) ?? throw RequestFields.Invalid("Vault is not initialized");
        if (header.SealKind != ShamirSeal.KindName)
            throw RequestFields.Invalid($"this vault takes no unseal keys: its seal is {header.SealKind}, and the server opens it by itself when it starts");
    }
}
