namespace Strongroom.Vault.Audit.Checkpoints;

/// <summary>What checking a log by its checkpoints found. Everything before the last good checkpoint is as it was signed.</summary>
/// <param name="Checkpoints">Checkpoints whose signature and hash are right.</param>
/// <param name="ProvenRecords">The number of the last of them: so many records are proven.</param>
/// <param name="ProvenUntil">When it was made.</param>
/// <param name="UnprovenLines">Lines after it, which only the vault's own keys can prove.</param>
/// <param name="Fault">What is wrong, or null.</param>
public sealed record CheckpointReport(long Checkpoints, long ProvenRecords, DateTimeOffset? ProvenUntil, long UnprovenLines, string? Fault)
{
    /// <summary>True when nothing before the last checkpoint was edited, dropped, swapped or cut.</summary>
    public bool IsIntact => Fault is null;
}
