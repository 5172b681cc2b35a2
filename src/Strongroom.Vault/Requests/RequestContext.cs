using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Requests;

/// <summary>What the pipeline gives an engine along with a request: who asks, and the way to begin a commit that is tied to its audit intent.</summary>
internal sealed class RequestContext(BarrierView root, AuditPosition? intent, Caller caller)
{
    /// <summary>Who asks. May do it: permission was checked.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>A commit that also stores the audit position of the intent it carries out.</summary>
    public BarrierCommit BeginCommit()
    {
        var commit = new BarrierCommit(root.Barrier);
        AuditAnchor.Put(commit, root, intent ?? throw new InvalidOperationException("A request that only reads began a commit."));
        return commit;
    }

    /// <summary>Makes one commit of these changes and returns its sequence. Throws Conflict when an expected revision does not hold.</summary>
    public async ValueTask<long> CommitAsync(Action<BarrierCommit> change, CancellationToken cancellationToken)
    {
        var commit = BeginCommit();
        change(commit);
        return await commit.CommitAsync(cancellationToken) ?? throw BarrierCommit.Raced();
    }
}
