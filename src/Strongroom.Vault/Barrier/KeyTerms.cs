using System.Buffers.Binary;

namespace Strongroom.Vault.Barrier;

/// <summary>
/// When the current data key was put to use, for people who ask: <c>term (4) ‖ unix seconds (8)</c>. A term that began by itself is noted when
/// the vault is opened next.
/// </summary>
internal sealed class KeyTerms(VaultBarrier barrier, TimeProvider time)
{
    private const string Path = "sys/key-term";
    private const int Length = 4 + 8;

    private readonly BarrierView _view = barrier.View("");
    private readonly long _openedAt = time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Notes the current term, unless that was done before.</summary>
    public async ValueTask NoteAsync(CancellationToken cancellationToken)
    {
        var term = barrier.Keyring.Current.Term;
        if (await FindAsync(term, cancellationToken) is not null) return;
        var encoded = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(encoded, term);
        BinaryPrimitives.WriteInt64BigEndian(encoded.AsSpan(4), time.GetUtcNow().ToUnixTimeSeconds());
        var commit = new BarrierCommit(barrier);
        commit.Put(_view, Path, encoded);
        await commit.CommitAsync(cancellationToken);
    }

    /// <summary>Since when the current term lasts, in unix seconds; at the latest since the vault was opened.</summary>
    public async ValueTask<long> ReadAsync(CancellationToken cancellationToken) =>
        await FindAsync(barrier.Keyring.Current.Term, cancellationToken) ?? _openedAt;

    private async ValueTask<long?> FindAsync(uint term, CancellationToken cancellationToken)
    {
        using var entry = await _view.GetAsync(Path, cancellationToken);
        return entry?.Value.Length == Length && BinaryPrimitives.ReadUInt32BigEndian(entry.Value.Span) == term
            ? BinaryPrimitives.ReadInt64BigEndian(entry.Value[4..].Span)
            : null;
    }
}
