namespace Strongroom.Vault.Audit;

/// <summary>What checking an audit log found.</summary>
/// <param name="Records">Records whose code and place in the chain are right.</param>
/// <param name="Recoveries">How often a crash left an unfinished line that was closed off.</param>
/// <param name="UnfinishedChanges">Changes without an outcome on record: being made now, or interrupted by a crash.</param>
/// <param name="Fault">What is wrong, or null.</param>
/// <param name="FaultAfter">The number of the last record before the fault; 0 when there is none or no fault.</param>
/// <param name="Checkpoints">Signed checkpoints among the records.</param>
public sealed record AuditReport(long Records, long Recoveries, long UnfinishedChanges, string? Fault, long FaultAfter, long Checkpoints = 0)
{
    /// <summary>True when nothing was edited, dropped, swapped or cut.</summary>
    public bool IsIntact => Fault is null;
}
