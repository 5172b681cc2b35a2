namespace Strongroom.Vault.Audit;

/// <summary>What a record of the audit log tells.</summary>
public enum AuditRecordKind
{
    /// <summary>A change is about to be made.</summary>
    Intent,

    /// <summary>How a request ended. Reads have this record alone: it is written before the value is given out.</summary>
    Outcome,

    /// <summary>A line that a crash left unfinished was closed off.</summary>
    Recovery,

    /// <summary>The owner accepted that the vault and its log do not fit together, as after restoring a backup.</summary>
    Accepted,

    /// <summary>All records before it were signed.</summary>
    Checkpoint,
}

/// <summary>One record, as the vault hands it to a sink. It holds names and never values.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Time">When.</param>
/// <param name="Caller">Who.</param>
/// <param name="Operation">The operation in one word.</param>
/// <param name="Path">Mount and path.</param>
/// <param name="Outcome">For outcomes, <c>ok</c> or the kind of the error.</param>
/// <param name="Intent">For outcomes of changes, the sequence number of the intent.</param>
/// <param name="Committed">For outcomes of changes, the storage sequence of the commit; 0 when there was none.</param>
/// <param name="Version">The version of the secret that was asked for, if one was.</param>
/// <param name="Count">How many requests the record stands for; 0 is the usual one.</param>
public sealed record AuditRecord(
    AuditRecordKind Kind, DateTimeOffset Time, string Caller, string Operation, string Path,
    string? Outcome = null, long Intent = 0, long Committed = 0, int? Version = null, long Count = 0);

/// <summary>A place in the audit chain: the number of a record and its authentication code, which covers all records before it.</summary>
/// <param name="Sequence">Number of the record, from 1.</param>
/// <param name="Mac">Its code, 32 bytes.</param>
public readonly record struct AuditPosition(long Sequence, ReadOnlyMemory<byte> Mac);
