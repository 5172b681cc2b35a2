using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Embedded;

/// <summary>The state of a vault in a few facts, for <c>doctor</c>.</summary>
/// <param name="VaultId">Identity of the vault.</param>
/// <param name="SealKind">What closes it.</param>
/// <param name="KeyTerm">The current term of the data keys, from 1.</param>
/// <param name="StorageSequence">The number of the last commit.</param>
/// <param name="AuditSequence">The number of the last audit record.</param>
public sealed record VaultSummary(Guid VaultId, string SealKind, long KeyTerm, long StorageSequence, long AuditSequence);

/// <summary>What checking a whole vault found.</summary>
/// <param name="StorageFault">What the storage itself found damaged, or null.</param>
/// <param name="Barrier">What opening every entry found.</param>
/// <param name="Audit">What checking the audit log found.</param>
public sealed record VaultReport(string? StorageFault, BarrierReport Barrier, AuditReport Audit)
{
    /// <summary>True when nothing is damaged.</summary>
    public bool IsIntact => StorageFault is null && Barrier.Damaged.Count == 0 && Audit.IsIntact;
}
