using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// One BEGIN IMMEDIATE … COMMIT over a group of commits. Each sees the earlier ones of the group; one whose expectation does
/// not hold changes nothing and leaves the others alone.
/// </summary>
/// <param name="connection">The connection to write through.</param>
/// <param name="keysVerified">False when an absent entry must first be proved absent; see <see cref="Entries.VerifyKeys"/>.</param>
internal sealed class CommitTransaction(Connection connection, bool keysVerified)
{
    private Tally _tally;

    // All commits of a group check the same entry, the keyring: it is looked up once.
    private (EntryId Id, long? Revision) _checked;

    /// <summary>True once the keys have been compared with the tally.</summary>
    public bool KeysVerified { get; private set; } = keysVerified;

    /// <summary>Makes the group durable; one result for each commit, in order.</summary>
    public CommitResult[] Run(IReadOnlyList<IReadOnlyList<StorageChange>> group)
    {
        connection.Run(Sql.BeginWrite);
        _tally = Tally.Read(connection);
        var before = _tally.Sequence;
        var results = new CommitResult[group.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = Apply(group[i]);
        }
        if (_tally.Sequence > before)
        {
            _tally.Write(connection);
        }
        connection.Run(Sql.Commit);
        return results;
    }

    private CommitResult Apply(IReadOnlyList<StorageChange> changes)
    {
        var before = _tally;
        var sequence = _tally.Sequence + 1;
        var lastExpectation = LastExpectation(changes);
        var inSavepoint = false;
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (change.Kind == StorageChangeKind.Clear)
            {
                inSavepoint = lastExpectation > i;
                if (inSavepoint)
                {
                    connection.Run(Sql.Savepoint);
                }
                connection.Run(Sql.DeleteAll);
                (_tally.Entries, _tally.Digest, _checked) = (0, default, default);
                continue;
            }
            if (change.Kind == StorageChangeKind.Check && _checked == (change.Id, change.ExpectedRevision)) continue;
            var present = Find(change.Id);
            if (change.ExpectedRevision is { } expected && expected != (present?.Revision ?? 0))
            {
                return Conflict(change.Id, i);
            }
            if (change.Kind == StorageChangeKind.Check) _checked = (change.Id, change.ExpectedRevision);
            if (!Takes(change, present is not null))
            {
                continue;
            }
            // Most commits state their expectations first and need no savepoint.
            if (i < lastExpectation && !inSavepoint)
            {
                connection.Run(Sql.Savepoint);
                inSavepoint = true;
            }
            Make(change, present, sequence);
        }
        if (inSavepoint)
        {
            connection.Run(Sql.Release);
        }
        _tally.Sequence = sequence;
        return new CommitResult(sequence, -1);

        CommitResult Conflict(EntryId id, int index)
        {
            // A revision that differs because of a flipped bit is damage and not a conflict: reading the entry tells.
            Entries.Get(connection, id);
            if (inSavepoint)
            {
                connection.Run(Sql.RollbackTo);
                connection.Run(Sql.Release);
            }
            (_tally, _checked) = (before, default);
            return new CommitResult(0, index);
        }
    }

    private static int LastExpectation(IReadOnlyList<StorageChange> changes)
    {
        var last = changes.Count - 1;
        while (last >= 0 && changes[last].ExpectedRevision is null)
        {
            last--;
        }
        return last;
    }

    private (EntryId Folder, long Revision)? Find(EntryId id)
    {
        using (var query = connection.Use(Sql.GetState).With(1, id))
        {
            if (query.Step())
            {
                return (query.Row.Id(0), query.Row.Int64(1));
            }
        }
        VerifyKeys();
        return null;
    }

    private bool Takes(in StorageChange change, bool present) => change.Kind switch
    {
        StorageChangeKind.Put => true,
        StorageChangeKind.PutIfAbsent => !present,
        StorageChangeKind.Delete => present,
        StorageChangeKind.DeleteIfFolderEmpty => present && IsEmpty(change.MustBeEmpty),
        _ => false,
    };

    private bool IsEmpty(EntryId folder)
    {
        using (var query = connection.Use(Sql.AnyInFolder).With(1, folder))
        {
            if (query.Step())
            {
                return false;
            }
        }
        VerifyKeys();
        return true;
    }

    private void VerifyKeys()
    {
        if (!KeysVerified)
        {
            Entries.VerifyKeys(connection, _tally);
            KeysVerified = true;
        }
    }

    private void Make(in StorageChange change, (EntryId Folder, long Revision)? present, long sequence)
    {
        var puts = change.Kind is StorageChangeKind.Put or StorageChangeKind.PutIfAbsent;
        var inPlace = puts && present is { } same && same.Folder == change.Folder;
        if (change.Id == _checked.Id) _checked = default;
        if (present is { } old)
        {
            _tally.Remove(change.Id, old.Folder, old.Revision);
            if (!inPlace)
            {
                using var delete = connection.Use(Sql.Delete).With(1, change.Id);
                delete.Step();
            }
        }
        if (puts)
        {
            _tally.Add(change.Id, change.Folder, sequence);
            Write(inPlace ? Sql.Update : Sql.Insert, change, sequence);
        }
    }

    private void Write(Sql statement, in StorageChange change, long sequence)
    {
        var sealedBytes = change.Sealed.Span;
        using var write = connection.Use(statement).With(1, change.Id);
        if (statement == Sql.Insert)
        {
            write.Row.Bind(2, change.Folder);
        }
        write.Row.Bind(3, sequence);
        write.Row.Bind(4, Crc32C.OfEntry(change.Id, change.Folder, sequence, sealedBytes));
        write.Row.Bind(5, sealedBytes);
        write.Step();
    }
}
