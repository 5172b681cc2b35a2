using System.Runtime.CompilerServices;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// A storage in one SQLite file in WAL mode, every commit flushed to the disk before it returns. Several processes may use the
/// file at the same time. Calls run in the caller's thread; a read takes microseconds, a commit as long as the disk's flush.
/// On a disk that is mounted read-only it serves reads and refuses commits; it then takes the file as unchanging, so a process
/// must open it anew to see what somebody changed through another mount.
/// </summary>
public sealed class SqliteStorage : VaultStorage
{
    private readonly ConnectionPool _connections;
    private readonly GroupCommit _commits;
    private readonly KeyVerification _verification = new();

    private SqliteStorage(string path, SqliteStorageOptions options)
    {
        options.Validate();
        var first = DatabaseFile.Open(path, options, out var immutable);
        _connections = new ConnectionPool(() => DatabaseFile.Connect(path, immutable, options), options.IdleConnectionsMax);
        _connections.Return(first);
        _commits = new GroupCommit(_connections, _verification);
        if (options.VerifiesAtOpening) _verification.Begin(_connections);
    }

    /// <summary>
    /// Makes a new storage; its folder must exist. Throws Conflict when there is a file with content, NotFound without the
    /// folder, ReadOnly or StorageFull when the disk does not take it.
    /// </summary>
    public static SqliteStorage Create(string path, SqliteStorageOptions? options = null)
    {
        options ??= new SqliteStorageOptions();
        options.Validate();
        DatabaseFile.Create(path, options);
        return new SqliteStorage(path, options);
    }

    /// <summary>
    /// Opens a storage. Throws NotFound when there is no file, InvalidInput when it is something else, Unsupported when a newer
    /// version made it, Corrupt when it is damaged at its head; damage elsewhere shows when it is read.
    /// </summary>
    public static SqliteStorage Open(string path, SqliteStorageOptions? options = null) => new(path, options ?? new SqliteStorageOptions());

    /// <summary>Loads the library of SQLite, which else the first call does. For programs that can do so on another core meanwhile.</summary>
    public static void LoadLibrary() => Native.sqlite3_libversion_number();

    /// <summary>Ends when the verification that was begun at opening ends: well, with damage as Corrupt, or with the storage.</summary>
    public Task Verified => _verification.Pending ?? Task.CompletedTask;

    /// <summary>True while a caller is committing; others that come now wait for the next group.</summary>
    internal bool IsCommitting => _commits.IsCommitting;

    /// <inheritdoc/>
    public override ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connections.Rent();
        try
        {
            return new(Tally.Read(connection).Sequence);
        }
        finally
        {
            _connections.Return(connection);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connections.Rent();
        try
        {
            if (Entries.Get(connection, id) is { } entry)
            {
                return new(entry);
            }
            if (_verification.Pending is { } pending)
            {
                return AbsentAfterAsync(pending, cancellationToken);
            }
            VerifyKeysOnce(connection);
            return default;
        }
        finally
        {
            _connections.Return(connection);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<StoredEntry?> PeekAsync(EntryId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connections.Rent();
        try
        {
            return new(Entries.Get(connection, id));
        }
        finally
        {
            _connections.Return(connection);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_verification.Pending is { } pending)
        {
            await pending.WaitAsync(cancellationToken);
        }
        var connection = _connections.Rent();
        try
        {
            VerifyKeysOnce(connection);
            return Entries.List(connection, folder);
        }
        finally
        {
            _connections.Return(connection);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Keeps a read transaction open until the enumeration ends; the log of writes grows meanwhile.</remarks>
    public override async IAsyncEnumerable<StoredEntry> ScanAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        var connection = _connections.Rent();
        var ended = false;
        try
        {
            connection.Run(Sql.Begin);
            Entries.VerifyKeys(connection, Tally.Read(connection));
            using (var query = connection.Use(Sql.Scan))
            {
                while (query.Step())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return Entries.Current(connection, query.Row);
                }
            }
            connection.Run(Sql.Commit);
            ended = true;
        }
        finally
        {
            if (!ended)
            {
                connection.MarkBroken();
            }
            _connections.Return(connection);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        CommitRules.Check(changes);
        cancellationToken.ThrowIfCancellationRequested();
        // Most commits rely on an absence, and one that waited inside its transaction would make all others wait.
        return _verification.Pending is { } pending
            ? CommitAfterAsync(pending, changes, cancellationToken)
            : _commits.CommitAsync(changes, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask VerifyAsync(CancellationToken cancellationToken)
    {
        var connection = _connections.Rent();
        try
        {
            if (connection.Text("PRAGMA integrity_check(1)"u8) is var report && report != "ok")
            {
                throw connection.Corrupt(report ?? "no answer");
            }
        }
        finally
        {
            _connections.Return(connection);
        }
        await foreach (var entry in ScanAsync(cancellationToken))
        {
            // Reading an entry checks it.
        }
    }

    /// <summary>Closes the connections; the last process to do so folds the log of writes into the file.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _verification.DisposeAsync();
        _commits.Dispose();
        _connections.Dispose();
    }

    private static async ValueTask<StoredEntry?> AbsentAfterAsync(Task pending, CancellationToken cancellationToken)
    {
        await pending.WaitAsync(cancellationToken);
        return null;
    }

    private async ValueTask<CommitResult> CommitAfterAsync(Task pending, IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        await pending.WaitAsync(cancellationToken);
        return await _commits.CommitAsync(changes, cancellationToken);
    }

    private void VerifyKeysOnce(Connection connection)
    {
        if (!_verification.Done)
        {
            _verification.Require(connection);
        }
    }
}
