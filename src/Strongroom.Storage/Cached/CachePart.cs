using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Cached;

/// <summary>A share of the entries that are kept, with its own lock, which is held for a look-up and never for a read of the storage.</summary>
internal sealed class CachePart(long bytesMax)
{
    private const int EntryOverhead = 128;

    private readonly Dictionary<EntryId, Known> _entries = [];
    private readonly Lock _gate = new();
    private long _bytes;
    private long _changes;
    private long _latest;
    private long _forgotten;

    public bool TryGet(EntryId id, out StoredEntry? entry, out long changes)
    {
        lock (_gate)
        {
            changes = _changes;
            var found = _entries.TryGetValue(id, out var known);
            entry = known.Entry;
            return found;
        }
    }

    /// <summary>Keeps what was read, unless something changed meanwhile: then it may be old.</summary>
    public void Keep(EntryId id, StoredEntry? entry, long changes)
    {
        lock (_gate)
        {
            if (_changes == changes) Put(id, new Known(entry, entry?.Revision ?? 0));
        }
    }

    /// <summary>
    /// Takes over what a commit made of an entry. Those who wait for two commits of one entry may come in any order: the higher
    /// sequence counts, and nothing is kept that something forgotten may have come after.
    /// </summary>
    public void Learn(in StorageChange change, CommitResult result)
    {
        lock (_gate)
        {
            _changes++;
            if (result.Sequence > 0 && change.Kind is StorageChangeKind.Put or StorageChangeKind.Delete)
            {
                if (_entries.TryGetValue(change.Id, out var known) && known.Sequence > result.Sequence) return;
                Remove(change.Id);
                if (result.Sequence < _forgotten) return;
                _latest = Math.Max(_latest, result.Sequence);
                StoredEntry? entry = change.Kind == StorageChangeKind.Put ? new(change.Id, change.Folder, result.Sequence, change.Sealed) : null;
                Put(change.Id, new Known(entry, result.Sequence));
                return;
            }
            // It may have changed the entry or not.
            Remove(change.Id);
            _forgotten = Math.Max(_forgotten, result.Sequence);
        }
    }

    /// <summary>
    /// Forgets an entry after a commit that failed in a way that leaves open whether it was made. Commits that were under way with it can no
    /// longer tell what is stored, and none can say which those are: from now on this part keeps only what is read.
    /// </summary>
    public void Doubt(EntryId id)
    {
        lock (_gate)
        {
            _changes++;
            Remove(id);
            _forgotten = long.MaxValue;
        }
    }

    public void ForgetAll(long sequence)
    {
        lock (_gate)
        {
            _changes++;
            _latest = Math.Max(_latest, sequence);
            Clear();
        }
    }

    private void Put(EntryId id, in Known known)
    {
        if (_bytes > bytesMax) Clear();
        if (_entries.TryAdd(id, known)) _bytes += SizeOf(known);
    }

    private void Remove(EntryId id)
    {
        if (_entries.Remove(id, out var known)) _bytes -= SizeOf(known);
    }

    private void Clear()
    {
        _entries.Clear();
        _bytes = 0;
        _forgotten = Math.Max(_forgotten, _latest);
    }

    private static long SizeOf(in Known known) => EntryOverhead + (known.Entry?.Sealed.Length ?? 0);

    /// <param name="Entry">What is stored; null when there is nothing.</param>
    /// <param name="Sequence">The commit that made it so, as far as it is known.</param>
    private readonly record struct Known(StoredEntry? Entry, long Sequence);
}
