using SQLitePCL;
using Strongroom.Secrets;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// One SQLite connection with its prepared statements. Used by one thread at a time; connections are all alike, so the one that
/// a command line opens serves its reads and its writes.
/// </summary>
internal sealed unsafe class Connection : IDisposable
{
    private const int OpenExtendedResultCodes = 0x02000000;
    private const int ConfigEnableTrigger = 1003, ConfigDefensive = 1010, ConfigEnableView = 1015, ConfigTrustedSchema = 1017;

    private readonly nint _database;
    private readonly string _path;
    private readonly SqliteStorageOptions _options;
    private readonly Statement?[] _statements = new Statement?[(int)Sql.Count];
    private bool _preparedToWrite;
    private bool _preparedForCrowds;
    private bool _disposed;

    /// <param name="path">The file; must exist.</param>
    /// <param name="immutable">Nobody can write the file, so no lock and no shared memory is needed.</param>
    /// <param name="options">How long to wait for locks.</param>
    public Connection(string path, bool immutable, SqliteStorageOptions options)
    {
        _path = path;
        _options = options;
        var name = immutable ? "file:" + UriPath(path) + "?immutable=1" : path;
        var access = immutable ? raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI : raw.SQLITE_OPEN_READWRITE;
        int code;
        nint database;
        fixed (byte* file = Native.Terminated(name))
        {
            code = Native.sqlite3_open_v2(file, &database, access | raw.SQLITE_OPEN_NOMUTEX | OpenExtendedResultCodes, null);
        }
        _database = database;
        if (code != raw.SQLITE_OK)
        {
            var failure = Failure(code);
            Native.sqlite3_close_v2(_database);
            throw failure;
        }
        Native.sqlite3_busy_timeout(_database, (int)options.BusyTimeout.TotalMilliseconds);
        Harden();
    }

    /// <summary>True after any failure; such a connection is closed and not used again.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>True when a failure came from a disk that is mounted read-only; see <see cref="ResultCodes.IsReadOnlyDisk"/>.</summary>
    public bool IsDiskReadOnly { get; private set; }

    /// <summary>The statement, reset and ready for its parameters. Dispose the result to end its reading.</summary>
    public Query Use(Sql statement) => new(_statements[(int)statement] ??= new Statement(this, _database, SqlText.Of(statement)));

    /// <summary>Runs a statement that gives no row.</summary>
    public void Run(Sql statement)
    {
        using var query = Use(statement);
        query.Step();
    }

    /// <summary>Runs statements of which the outcome is not looked at; for opening and for pragmas.</summary>
    public void RunOnce(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            using var statement = new Statement(this, _database, text, out text);
            while (statement.Step())
            {
            }
        }
    }

    /// <summary>The number that a pragma gives.</summary>
    public long Number(ReadOnlySpan<byte> pragma)
    {
        using var statement = new Statement(this, _database, pragma);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>The first text that a statement gives, or null.</summary>
    public string? Text(ReadOnlySpan<byte> text)
    {
        using var statement = new Statement(this, _database, text);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>
    /// Sets what matters to a writer only: readers need none of it and save the time. WAL is a property of the file and set
    /// again here in case the process that made the file was killed before it came to that.
    /// </summary>
    public void PrepareToWrite()
    {
        if (_preparedToWrite)
        {
            return;
        }
        if (Native.IsReadOnly(_database))
        {
            throw Failure(raw.SQLITE_READONLY);
        }
        RunOnce("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"u8);
        if (OperatingSystem.IsMacOS())
        {
            RunOnce("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON"u8);
        }
        if (_options.PagesMax is { } pagesMax)
        {
            RunOnce(System.Text.Encoding.ASCII.GetBytes($"PRAGMA max_page_count = {pagesMax}"));
        }
        _preparedToWrite = true;
    }

    /// <summary>
    /// Lets the connection keep the pages that many writers touch, up to 16 MiB, where 2 are usual; and copies the log into the file when
    /// it has grown to 32 MiB, where 4 are usual, so that a page which changes in every other group is copied once.
    /// </summary>
    public void PrepareForCrowds()
    {
        if (_preparedForCrowds)
        {
            return;
        }
        RunOnce("PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192"u8);
        _preparedForCrowds = true;
    }

    /// <summary>The failure that <paramref name="code"/> stands for; marks the connection broken.</summary>
    public SecretException Failure(int code)
    {
        IsBroken = true;
        IsDiskReadOnly |= ResultCodes.IsReadOnlyDisk(_database, code);
        return ResultCodes.ToException(_database, code, _path);
    }

    /// <summary>A failure that we found and SQLite did not; marks the connection broken.</summary>
    public SecretException Corrupt(string what)
    {
        IsBroken = true;
        return new SecretException(SecretErrorKind.Corrupt, $"the vault file is damaged: {_path}: {what}", help: "restore it from a backup");
    }

    /// <summary>Says that the connection is not to be used again, for a reason that SQLite does not know.</summary>
    public void MarkBroken() => IsBroken = true;

    /// <summary>Ends an open transaction as if it had not been, and closes.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        foreach (var statement in _statements)
        {
            statement?.Dispose();
        }
        Native.sqlite3_close_v2(_database);
    }

    // A stranger's database must not bring its own code: no triggers, no views, no functions in its schema.
    private void Harden()
    {
        Native.Configure(_database, ConfigDefensive, 1);
        Native.Configure(_database, ConfigTrustedSchema, 0);
        Native.Configure(_database, ConfigEnableTrigger, 0);
        Native.Configure(_database, ConfigEnableView, 0);
    }

    private static string UriPath(string path) => path.Replace("%", "%25").Replace("?", "%3f").Replace("#", "%23");
}
