using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Cached;

/// <summary>
/// Keeps ciphertext that was read or written in memory, in front of a storage that nobody else changes: for the server, which holds its vault's folder
/// alone. A commit takes effect in the cache before it is acknowledged. Owns the storage.
/// </summary>
public sealed class CachedStorage(VaultStorage storage, long bytesMax = CachedStorage.BytesMaxDefault) : VaultStorage
{
    /// <summary>Memory for ciphertext unless told otherwise: 32 MiB.</summary>
    public const long BytesMaxDefault = 32 * 1024 * 1024;

    private const int PartCount = 64;

    private readonly CachePart[] _parts = MakeParts(bytesMax / PartCount);

    /// <inheritdoc/>
    public override ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken) => storage.GetSequenceAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var part = PartOf(id);
        return part.TryGet(id, out var known, out var changes) ? new(known) : ReadAsync(part, id, changes, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<StoredEntry?> PeekAsync(EntryId id, CancellationToken cancellationToken) =>
        PartOf(id).TryGet(id, out var known, out _) ? new(known) : storage.PeekAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken) => storage.ListAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<StoredEntry> ScanAsync(CancellationToken cancellationToken) => storage.ScanAsync(cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CommitResult? result = null;
        try
        {
            // Not stopped on the way: the cache must learn what became of it.
            var made = await storage.CommitAsync(changes, CancellationToken.None);
            result = made;
            return made;
        }
        finally
        {
            foreach (var change in changes) Learn(change, result);
        }
    }

    private void Learn(in StorageChange change, CommitResult? result)
    {
        if (change.Kind == StorageChangeKind.Check) return;
        if (change.Kind == StorageChangeKind.Clear)
        {
            foreach (var part in _parts) part.ForgetAll(result?.Sequence ?? long.MaxValue);
        }
        else if (result is { } known)
        {
            PartOf(change.Id).Learn(change, known);
        }
        else
        {
            PartOf(change.Id).Doubt(change.Id);
        }
    }

    /// <inheritdoc/>
    public override ValueTask VerifyAsync(CancellationToken cancellationToken) => storage.VerifyAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => storage.DisposeAsync();

    private static CachePart[] MakeParts(long bytesMax)
    {
        var parts = new CachePart[PartCount];
        for (var i = 0; i < parts.Length; i++) parts[i] = new CachePart(bytesMax);
        return parts;
    }

    private async ValueTask<StoredEntry?> ReadAsync(CachePart part, EntryId id, long changes, CancellationToken cancellationToken)
    {
        var found = await storage.GetAsync(id, cancellationToken);
        part.Keep(id, found, changes);
        return found;
    }

    private CachePart PartOf(EntryId id) => _parts[id.Low % PartCount];
}
