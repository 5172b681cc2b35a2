using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary>A vault between unsealing and sealing: its keys, its log, and what works on them.</summary>
internal sealed record Unsealed(VaultBarrier Barrier, HashChainedFile Audit, VaultSystem System, VaultCore Core, LeaseSweeper Sweeper)
{
    /// <summary>How long sealing waits for requests that are being answered; what runs on after that ends with Sealed.</summary>
    public static readonly TimeSpan RequestsWaitMax = TimeSpan.FromSeconds(5);

    public RunningRequests Running { get; } = new();

    /// <summary>Ends what runs, signs the log once more as its last entry, and zeroes the keys. No more requests may begin.</summary>
    public async ValueTask CloseAsync()
    {
        await Sweeper.DisposeAsync();
        await System.AuditDevices.DisposeAsync();
        await System.Checkpointer!.DisposeAsync();
        Barrier.Dispose();
        await Audit.DisposeAsync();
    }
}
