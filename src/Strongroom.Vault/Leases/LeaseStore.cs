using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Leases;

/// <summary>All leases: found by id or prefix, ended by request or when their time is over.</summary>
internal sealed class LeaseStore(VaultSystem system)
{
    private readonly SemaphoreSlim _sweep = new(1, 1);

    /// <summary>The stored leases; written by whoever makes what they stand for, in the same commit.</summary>
    public RecordView<LeaseEntry> Entries { get; } = new(system.Barrier.View("sys/lease/"), LeaseJson.Default.LeaseEntry);

    /// <summary>The living token that a lease stands for, or null.</summary>
    public async ValueTask<TokenState?> FindAsync(string id, CancellationToken cancellationToken) =>
        await Entries.GetAsync(id, cancellationToken) is { } stored
            ? await system.Tokens.FindAsync(TokenHash.Parse(stored.Value.Token), cancellationToken)
            : null;

    /// <summary>The names in a folder of ids.</summary>
    public ValueTask<List<string>> ListAsync(string prefix, CancellationToken cancellationToken) => Entries.ListAsync(prefix, cancellationToken);

    /// <summary>Ends a lease. One that is not there has ended already.</summary>
    public async ValueTask<long> RevokeAsync(string id, CancellationToken cancellationToken) =>
        await Entries.GetAsync(id, cancellationToken) is { } stored
            ? await system.Tokens.RevokeAsync(TokenHash.Parse(stored.Value.Token), orphanChildren: false, cancellationToken)
            : 0;

    /// <summary>Ends everything below a prefix, which is a path in whole segments.</summary>
    public async ValueTask<long> RevokePrefixAsync(string prefix, CancellationToken cancellationToken)
    {
        var sequence = await RevokeAsync(prefix.TrimEnd('/'), cancellationToken);
        await foreach (var id in Entries.View.WalkAsync(cancellationToken, prefix.TrimEnd('/') + "/"))
            sequence = Math.Max(sequence, await RevokeAsync(id, cancellationToken));
        return sequence;
    }

    /// <summary>How many leases there are, by the path that made them.</summary>
    public async ValueTask<SortedDictionary<string, int>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (var id in Entries.View.WalkAsync(cancellationToken))
        {
            var path = id[..(id.LastIndexOf('/') + 1)];
            counts[path] = counts.GetValueOrDefault(path) + 1;
        }
        return counts;
    }

    /// <summary>
    /// Ends what is over and finishes what was begun, slot by slot. No request depends on it: a token past its end is refused at once. One
    /// sweep at a time; a second one waits, so that whoever asked for it finds the work done.
    /// </summary>
    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        await _sweep.WaitAsync(cancellationToken);
        try
        {
            foreach (var slot in await system.Due.PastAsync(system.Tokens.Now, cancellationToken))
            {
                foreach (var id in await system.Due.ListAsync(slot, cancellationToken)) await SettleAsync(slot, id, cancellationToken);
            }
        }
        finally
        {
            _sweep.Release();
        }
    }

    private async ValueTask SettleAsync(string slot, string id, CancellationToken cancellationToken)
    {
        if (DueIndex.EngineOf(id) is { } engine)
        {
            foreach (var mount in system.Mounts.Table.All.ToArray())
            {
                if (string.Equals(mount.Entry?.Id, engine.MountId, StringComparison.Ordinal)) await mount.Engine.SettleAsync(engine.Name, cancellationToken);
            }
        }
        else if (await Entries.GetAsync(id, cancellationToken) is { } stored)
        {
            var hash = TokenHash.Parse(stored.Value.Token);
            // A token that was renewed has another hint in a later slot.
            if (await system.Tokens.FindAsync(hash, cancellationToken) is null)
                await system.Tokens.RevokeAsync(hash, orphanChildren: false, cancellationToken);
        }
        var commit = new BarrierCommit(system.Barrier);
        system.Due.Delete(commit, slot, id);
        await commit.CommitAsync(cancellationToken);
    }
}
