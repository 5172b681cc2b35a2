using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Requests;

/// <summary>What the pipeline gives an engine along with a request: the way to begin a commit that is tied to its audit intent.</summary>
internal sealed class ChangeContext(BarrierView root, AuditPosition? intent)
{
    /// <summary>A commit that also stores the audit position of the intent it carries out.</summary>
    public BarrierCommit BeginCommit()
    {
        var commit = new BarrierCommit(root.Barrier);
        AuditAnchor.Put(commit, root, intent ?? throw new InvalidOperationException("A request that only reads began a commit."));
        return commit;
    }
}
