using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Cached;

/// <summary>
/// Keeps ciphertext that was read in memory, in front of a storage that nobody else changes: for the server, which holds its vault's folder
/// alone. A commit takes effect in the cache before it is acknowledged. Owns the storage.
/// </summary>
public sealed class CachedStorage(VaultStorage storage, long bytesMax = CachedStorage.BytesMaxDefault) : VaultStorage
{
    /// <summary>Memory for ciphertext unless told otherwise: 32 MiB.</summary>
    public const long BytesMaxDefault = 32 * 1024 * 1024;

    private const int PartCount = 64;

    private readonly Part[] _parts = MakeParts(bytesMax / PartCount);

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
    public override ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken) => storage.ListAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<StoredEntry> ScanAsync(CancellationToken cancellationToken) => storage.ScanAsync(cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Not stopped on the way: the cache must learn what became of it.
            return await storage.CommitAsync(changes, CancellationToken.None);
        }
        finally
        {
            foreach (var change in changes)
            {
                if (change.Kind == StorageChangeKind.Clear) foreach (var part in _parts) part.ForgetAll();
                else if (change.Kind != StorageChangeKind.Check) PartOf(change.Id).Forget(change.Id);
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask VerifyAsync(CancellationToken cancellationToken) => storage.VerifyAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => storage.DisposeAsync();

    private static Part[] MakeParts(long bytesMax)
    {
        var parts = new Part[PartCount];
        for (var i = 0; i < parts.Length; i++) parts[i] = new Part(bytesMax);
        return parts;
    }

    private async ValueTask<StoredEntry?> ReadAsync(Part part, EntryId id, long changes, CancellationToken cancellationToken)
    {
        var found = await storage.GetAsync(id, cancellationToken);
        part.Keep(id, found, changes);
        return found;
    }

    private Part PartOf(EntryId id) => _parts[id.Low % PartCount];

    /// <summary>A share of the entries with its own lock, held for a look-up and never for a read of the storage.</summary>
    private sealed class Part(long bytesMax)
    {
        private const int EntryOverhead = 128;

        private readonly Dictionary<EntryId, StoredEntry?> _entries = [];
        private readonly Lock _gate = new();
        private long _bytes;
        private long _changes;

        public bool TryGet(EntryId id, out StoredEntry? entry, out long changes)
        {
            lock (_gate)
            {
                changes = _changes;
                return _entries.TryGetValue(id, out entry);
            }
        }

        /// <summary>Keeps what was read, unless something changed meanwhile: then it may be old.</summary>
        public void Keep(EntryId id, StoredEntry? entry, long changes)
        {
            lock (_gate)
            {
                if (_changes != changes) return;
                if (_bytes > bytesMax)
                {
                    _entries.Clear();
                    _bytes = 0;
                }
                if (_entries.TryAdd(id, entry)) _bytes += EntryOverhead + (entry?.Sealed.Length ?? 0);
            }
        }

        public void ForgetAll()
        {
            lock (_gate)
            {
                _changes++;
                _entries.Clear();
                _bytes = 0;
            }
        }

        public void Forget(EntryId id)
        {
            lock (_gate)
            {
                _changes++;
                if (_entries.Remove(id, out var entry)) _bytes -= EntryOverhead + (entry?.Sealed.Length ?? 0);
            }
        }
    }
}
