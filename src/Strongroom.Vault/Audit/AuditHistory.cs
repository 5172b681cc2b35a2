using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Strongroom.Vault.Audit;

/// <summary>Reads the audit log as records. Lines whose code is wrong are left out; <see cref="AuditVerifier"/> tells of them.</summary>
internal static class AuditHistory
{
    public static async IAsyncEnumerable<AuditRecord> ReadAsync(
        string path, byte[] key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        using var reader = new AuditReader(path);
        while (await reader.NextAsync(cancellationToken) is { } piece)
        {
            if (!piece.Ended || AuditLine.Read(hmac, piece.Bytes.Span) is not { } line) continue;
            yield return new AuditRecord(
                KindOf(line.Kind), new DateTimeOffset(line.Time), line.Caller, line.Operation, line.Path, line.Outcome, line.Intent, line.Committed, Count: line.Count);
        }
    }

    private static AuditRecordKind KindOf(string kind) => kind switch
    {
        "intent" => AuditRecordKind.Intent,
        "outcome" => AuditRecordKind.Outcome,
        "recovery" => AuditRecordKind.Recovery,
        "checkpoint" => AuditRecordKind.Checkpoint,
        _ => AuditRecordKind.Accepted,
    };
}
