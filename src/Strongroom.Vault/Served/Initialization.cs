using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Served;

/// <summary>A new vault for who asked for it.</summary>
/// <param name="Shares">The unseal keys; none when the server opens the vault by itself.</param>
/// <param name="Root">The root token.</param>
internal sealed record NewVault(byte[][] Shares, ClientToken Root);

/// <summary>Makes the vault of a storage that has none.</summary>
internal sealed class Initialization(ServedVault vault) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>
    /// Makes a vault; sealed when its keys are handed out. Until <see cref="HandOverAsync"/> says that they arrived, a crash leaves a
    /// storage that counts as empty. Throws InvalidInput when there is a vault.
    /// </summary>
    public async ValueTask<NewVault> MakeAsync(ShareSplit split, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (await vault.IsInitializedAsync(cancellationToken)) throw RequestFields.Invalid("Vault is already initialized");
            if (await vault.Handover.WasInterruptedAsync(cancellationToken)) await StartOverAsync(cancellationToken);
            using var shamir = vault.Options.Seal is null ? ShamirSeal.Generate(split, vault.Options.Random) : null;
            vault.Handover.Begin();
            try
            {
                var root = await vault.CreateForHandoverAsync(vault.Options.Seal ?? shamir!, cancellationToken);
                if (shamir is not null) await vault.SealAsync(cancellationToken);
                return new NewVault(shamir?.MakeShares() ?? [], root);
            }
            catch
            {
                await HandOverAsync(arrived: false, CancellationToken.None);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the answer with the keys went out.</summary>
    public async ValueTask HandOverAsync(bool arrived, CancellationToken cancellationToken)
    {
        try
        {
            if (arrived)
            {
                await vault.Handover.EndAsync(cancellationToken);
                return;
            }
        }
        catch
        {
            await GiveUpAsync();
            throw;
        }
        await GiveUpAsync();
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>While the mark lies there, nothing may be written.</summary>
    private async ValueTask GiveUpAsync()
    {
        await vault.SealAsync(CancellationToken.None);
        vault.Handover.Forget();
    }

    private async ValueTask StartOverAsync(CancellationToken cancellationToken)
    {
        // The log first: while the mark is there, all of this is done again.
        vault.SetLogAside("abandoned");
        await vault.Handover.ClearAsync(cancellationToken);
    }
}
