using Strongroom.Vault.Barrier;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>The parts of an unsealed vault that serves many callers: what system and login engines work on.</summary>
internal sealed class VaultSystem
{
    public VaultSystem(VaultBarrier barrier, TimeProvider time)
    {
        (Barrier, Time) = (barrier, time);
        Policies = new PolicyStore(barrier);
        Due = new DueIndex(barrier);
        Tokens = new TokenStore(barrier, Policies, Due, time);
        Mounts = new MountStore(this);
    }

    public VaultBarrier Barrier { get; }

    public TimeProvider Time { get; }

    public PolicyStore Policies { get; }

    public DueIndex Due { get; }

    public TokenStore Tokens { get; }

    public MountStore Mounts { get; }

    /// <summary>Seconds that a token lives when nothing else says so: 768 hours, as Vault has it.</summary>
    public long DefaultLeaseTtl { get; init; } = 768 * 3600;

    /// <summary>The longest life that renewals add up to when nothing else says so.</summary>
    public long MaxLeaseTtl { get; init; } = 768 * 3600;

    /// <summary>Where an engine that has no place of its own keeps its entries.</summary>
    public BarrierView View(MountEntry entry) => Barrier.View($"mount/{entry.Id}/");

    /// <summary>Removes everything that a mount has stored.</summary>
    public async ValueTask ClearAsync(MountEntry entry, CancellationToken cancellationToken)
    {
        foreach (var view in new[] { View(entry), Barrier.View($"kv/{entry.Id}/m/") })
        {
            await foreach (var path in view.WalkAsync(cancellationToken))
            {
                var commit = new BarrierCommit(Barrier);
                commit.DeleteListed(view, path);
                await commit.CommitAsync(cancellationToken);
            }
        }
    }
}
