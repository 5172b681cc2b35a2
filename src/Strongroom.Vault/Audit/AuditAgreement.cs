using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;

namespace Strongroom.Vault.Audit;

/// <summary>Whether a vault and its audit log belong to the same moment. Checked whenever a vault is opened; costs three small reads.</summary>
internal static class AuditAgreement
{
    /// <summary>
    /// Throws Corrupt when the log ends before the position that the vault remembers, or has acknowledged commits that the
    /// vault does not have, unless the options accept that.
    /// </summary>
    public static async ValueTask RequireAsync(
        VaultBarrier barrier, HashChainedFile audit, EmbeddedVaultOptions options, CancellationToken cancellationToken)
    {
        // In this order, what another process does meanwhile can only make the later answers larger.
        var anchor = await AuditAnchor.GetAsync(barrier.View(""), cancellationToken);
        var head = await audit.ReadHeadAsync(cancellationToken);
        var storage = await barrier.Storage.GetSequenceAsync(cancellationToken);

        var fault = head.Sequence < anchor?.Sequence
            ? "the audit log ends before the last change of this vault: it was cut, or restored from a copy"
            : storage < head.Storage ? "the vault is older than its audit log: damaged, or restored from a copy" : null;
        if (fault is null) return;
        if (!options.AcceptRestored)
            throw new SecretException(SecretErrorKind.Corrupt, fault, operation: "open", name: options.AuditPath,
                help: "if you restored it yourself, accept it with strongroom vault accept-restored");
        var record = new AuditRecord(
            AuditRecordKind.Accepted, options.Time.GetUtcNow(), "owner:" + options.UserName, "accept", "vault", Committed: storage);
        var commit = new BarrierCommit(barrier);
        AuditAnchor.Put(commit, barrier.View(""), await audit.AppendAsync([record], durable: true, cancellationToken));
        await commit.CommitAsync(cancellationToken);
    }
}
