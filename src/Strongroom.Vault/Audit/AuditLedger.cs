using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Audit;

/// <summary>What a vault remembers of its own past, to hold against the log. Taken before the log is read.</summary>
/// <param name="Anchor">The audit position stored with the last change.</param>
/// <param name="StorageSequence">The number of the last commit.</param>
/// <param name="TermBeginnings">Storage sequences at which key terms after the first began; each began with a commit of its own.</param>
internal sealed record VaultPast(AuditPosition? Anchor, long StorageSequence, IReadOnlyList<long> TermBeginnings)
{
    public static async ValueTask<VaultPast> TakeAsync(VaultBarrier barrier, CancellationToken cancellationToken)
    {
        var anchor = await AuditAnchor.GetAsync(barrier.View(""), cancellationToken);
        var sequence = await barrier.Storage.GetSequenceAsync(cancellationToken);
        var terms = barrier.Keyring.Terms;
        var beginnings = new List<long>();
        for (var i = 1; i < terms.Length; i++) beginnings.Add(terms[i].BeganAtSequence);
        return new VaultPast(anchor, sequence, beginnings);
    }
}

/// <summary>
/// Balances the commits of a vault against the records of its log: every commit is acknowledged by an outcome, belongs to an
/// intent whose outcome a crash swallowed, or began a key term. A log cut anywhere leaves commits over. While a server has the vault only
/// the anchor counts, until the server's last checkpoint.
/// </summary>
internal sealed class AuditLedger
{
    /// <summary>Key terms also begin by themselves, unrecorded; so their commits are counted from the keyring and not from here.</summary>
    private const string RotatePath = "sys/rotate";

    private readonly HashSet<long> _unfinished = [];
    private long _base = 1;
    private long _acknowledged;
    private bool _anchorSeen;
    private bool _serving;

    public int Unfinished => _unfinished.Count;

    public long Checkpoints { get; private set; }

    public void Add(ParsedAuditLine line, AuditPosition? anchor)
    {
        if (line.Sequence == anchor?.Sequence) _anchorSeen = line.Mac.AsSpan().SequenceEqual(anchor.Value.Mac.Span);
        switch (line.Kind)
        {
            case "intent":
                _unfinished.Add(line.Sequence);
                break;
            case "outcome":
                _unfinished.Remove(line.Intent);
                if (line.Committed > 0 && !string.Equals(line.Path, RotatePath, StringComparison.Ordinal)) _acknowledged++;
                break;
            case "accepted":
                // The accepted state is the new beginning; the acceptance itself makes one commit.
                (_base, _acknowledged) = (line.Committed + 1, 0);
                _unfinished.Clear();
                _serving = false;
                break;
            case "checkpoint":
                Checkpoints++;
                if (line.Serving is not { } serving) break;
                // A server also makes commits of its own: expiries, revocations of what hangs on a token. Its last checkpoint vouches for all.
                if (_serving && !serving) (_base, _acknowledged) = (line.Committed, 0);
                _serving = serving;
                break;
        }
    }

    /// <summary>What does not balance, or null.</summary>
    public string? Fault(VaultPast past)
    {
        if (past.Anchor is not null && !_anchorSeen) return "the log ends before the last change of the vault, or belongs to another vault";
        if (_serving) return null;
        var terms = 0;
        foreach (var began in past.TermBeginnings)
        {
            if (began >= _base) terms++;
        }
        var unrecorded = past.StorageSequence - _base - terms - _acknowledged;
        return unrecorded > _unfinished.Count ? $"{unrecorded - _unfinished.Count} changes of the vault have no record" : null;
    }
}
