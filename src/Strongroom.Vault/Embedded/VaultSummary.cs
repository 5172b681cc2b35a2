namespace Strongroom.Vault.Embedded;

/// <summary>The state of a vault in a few facts, for <c>doctor</c>.</summary>
/// <param name="VaultId">Identity of the vault.</param>
/// <param name="SealKind">What closes it.</param>
/// <param name="KeyTerm">The current term of the data keys, from 1.</param>
/// <param name="StorageSequence">The number of the last commit.</param>
/// <param name="AuditSequence">The number of the last audit record.</param>
public sealed record VaultSummary(Guid VaultId, string SealKind, long KeyTerm, long StorageSequence, long AuditSequence);
