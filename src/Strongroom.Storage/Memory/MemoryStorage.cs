using System.Runtime.CompilerServices;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Memory;

/// <summary>
/// A storage that lives and dies with the process: for tests and for a vault that must leave no trace. It keeps every promise
/// of <see cref="VaultStorage"/> but durability.
/// </summary>
public sealed class MemoryStorage : VaultStorage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EntryId, StoredEntry> _entries = [];
    private readonly Dictionary<EntryId, HashSet<EntryId>> _folders = [];
    private long _sequence;
    private bool _disposed;

    /// <inheritdoc/>
    public override ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken)
    {
        using var scope = Enter(cancellationToken);
        return new(_sequence);
    }

    /// <inheritdoc/>
    public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
    {
        using var scope = Enter(cancellationToken);
        return new(_entries.TryGetValue(id, out var entry) ? entry : null);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken)
    {
        using var scope = Enter(cancellationToken);
        var listed = new List<StoredEntry>();
        if (_folders.TryGetValue(folder, out var ids))
        {
            foreach (var id in ids)
            {
                listed.Add(_entries[id]);
            }
        }
        return new(listed);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredEntry> ScanAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var entry in Snapshot(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        CommitRules.Check(changes);
        using var scope = Enter(cancellationToken);
        var undo = new Stack<(EntryId Id, StoredEntry? Before)>();
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (change.Kind == StorageChangeKind.Clear)
            {
                foreach (var gone in _entries.Values.ToArray())
                {
                    undo.Push((gone.Id, gone));
                    Set(gone.Id, after: null);
                }
                continue;
            }
            StoredEntry? present = _entries.TryGetValue(change.Id, out var entry) ? entry : null;
            if (change.ExpectedRevision is { } expected && expected != (present?.Revision ?? 0))
            {
                Revert(undo);
                return new(new CommitResult(0, i));
            }
            if (Takes(change, present))
            {
                undo.Push((change.Id, present));
                Set(change.Id, After(change));
            }
        }
        return new(new CommitResult(++_sequence, -1));
    }

    /// <summary>Memory cannot be checked; does nothing.</summary>
    public override ValueTask VerifyAsync(CancellationToken cancellationToken)
    {
        using var scope = Enter(cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private Lock.Scope Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _lock.EnterScope();
    }

    private StoredEntry[] Snapshot(CancellationToken cancellationToken)
    {
        using var scope = Enter(cancellationToken);
        var all = new StoredEntry[_entries.Count];
        _entries.Values.CopyTo(all, 0);
        return all;
    }

    private bool Takes(in StorageChange change, StoredEntry? present) => change.Kind switch
    {
        StorageChangeKind.Put => true,
        StorageChangeKind.PutIfAbsent => present is null,
        StorageChangeKind.Delete => present is not null,
        StorageChangeKind.DeleteIfFolderEmpty => present is not null && !_folders.ContainsKey(change.MustBeEmpty),
        _ => false,
    };

    private StoredEntry? After(in StorageChange change) => change.Kind is StorageChangeKind.Put or StorageChangeKind.PutIfAbsent
        ? new StoredEntry(change.Id, change.Folder, _sequence + 1, change.Sealed)
        : null;

    private void Revert(Stack<(EntryId Id, StoredEntry? Before)> undo)
    {
        while (undo.TryPop(out var step))
        {
            Set(step.Id, step.Before);
        }
    }

    private void Set(EntryId id, StoredEntry? after)
    {
        if (_entries.Remove(id, out var before) && before.Folder != EntryId.None)
        {
            var siblings = _folders[before.Folder];
            siblings.Remove(id);
            if (siblings.Count == 0)
            {
                _folders.Remove(before.Folder);
            }
        }
        if (after is not { } entry)
        {
            return;
        }
        _entries.Add(id, entry);
        if (entry.Folder != EntryId.None)
        {
            if (!_folders.TryGetValue(entry.Folder, out var siblings))
            {
                _folders.Add(entry.Folder, siblings = []);
            }
            siblings.Add(id);
        }
    }
}
