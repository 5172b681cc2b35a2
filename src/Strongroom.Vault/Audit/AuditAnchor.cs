using System.Buffers.Binary;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Audit;

/// <summary>
/// The audit position that the vault itself remembers: each change stores the position of its intent in the same commit. A log that
/// ends before it has been cut. Encoded as <c>sequence (8) ‖ code (32)</c>.
/// </summary>
internal static class AuditAnchor
{
    private const string Path = "sys/audit-anchor";
    private const int Length = 8 + 32;

    public static void Put(BarrierCommit commit, BarrierView root, AuditPosition position)
    {
        var encoded = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(encoded, position.Sequence);
        position.Mac.Span.CopyTo(encoded.AsSpan(8));
        commit.Put(root, Path, encoded);
    }

    /// <summary>The anchor, or null before the first change.</summary>
    public static async ValueTask<AuditPosition?> GetAsync(BarrierView root, CancellationToken cancellationToken)
    {
        using var entry = await root.GetAsync(Path, cancellationToken);
        if (entry is null) return null;
        if (entry.Value.Length != Length) throw EntryFormat.Damaged("of the audit anchor has a wrong length");
        return new AuditPosition(BinaryPrimitives.ReadInt64BigEndian(entry.Value.Span), entry.Value[8..].ToArray());
    }
}
