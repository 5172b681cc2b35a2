using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Storage.Sqlite;

/// <summary>Creating the file, and recognising it when it is opened.</summary>
internal static class DatabaseFile
{
    /// <summary>
    /// Makes the file (0600; SQLite gives its -wal and -shm the same mode) and its tables in one transaction. A file of no bytes
    /// is what a killed creation leaves, and is taken over.
    /// </summary>
    public static void Create(string path, SqliteStorageOptions options)
    {
        Touch(path);
        using var connection = new Connection(path, immutable: false, options);
        if (connection.Number("PRAGMA page_count"u8) != 0)
        {
            throw new SecretException(SecretErrorKind.Conflict, $"there is a file already: {path}", operation: "create");
        }
        connection.RunOnce("PRAGMA synchronous = FULL"u8);
        connection.RunOnce(SqlText.Schema);
        default(Tally).Write(connection);
        connection.Run(Sql.Commit);
        connection.PrepareToWrite();
    }

    /// <summary>Opens the file and checks that it is a vault of a version that we know.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">For the connection.</param>
    /// <param name="immutable">
    /// True when the disk is mounted read-only and holds no unfinished log. SQLite cannot make its shared memory there, and can
    /// do without since nobody writes.
    /// </param>
    public static Connection Open(string path, SqliteStorageOptions options, out bool immutable)
    {
        immutable = false;
        var connection = Connect(path, immutable, options);
        try
        {
            Recognise(connection, path);
            return connection;
        }
        catch (SecretException) when (connection.IsDiskReadOnly && !HasLog(path))
        {
            connection.Dispose();
            immutable = true;
            connection = Connect(path, immutable, options);
            Recognise(connection, path);
            return connection;
        }
        finally
        {
            if (connection.IsBroken)
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Another connection to a file that was recognised before.</summary>
    public static Connection Connect(string path, bool immutable, SqliteStorageOptions options)
    {
        try
        {
            return new Connection(path, immutable, options);
        }
        catch (SecretException) when (Directory.Exists(path))
        {
            throw new SecretException(SecretErrorKind.InvalidInput, $"this is a folder and not a vault file: {path}", operation: "open");
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Unreachable && !File.Exists(path))
        {
            throw new SecretException(SecretErrorKind.NotFound, $"there is no vault file: {path}", operation: "open");
        }
    }

    private static void Recognise(Connection connection, string path)
    {
        var application = connection.Number("PRAGMA application_id"u8);
        var version = connection.Number("PRAGMA user_version"u8);
        if (application == SqlText.ApplicationId && version == SqlText.FormatVersion)
        {
            return;
        }
        connection.MarkBroken();
        throw application == SqlText.ApplicationId
            ? version > SqlText.FormatVersion
                ? new SecretException(SecretErrorKind.Unsupported,
                    $"the vault file was made by a newer version (format {version}, known {SqlText.FormatVersion}): {path}",
                    operation: "open", help: "update strongroom")
                : connection.Corrupt($"it has the impossible format version {version}")
            : connection.Number("PRAGMA page_count"u8) == 0
                ? connection.Corrupt("it is empty")
                : new SecretException(SecretErrorKind.InvalidInput, $"this is another application's database: {path}", operation: "open");
    }

    private static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    private static void Touch(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        try
        {
            new FileStream(path, options).Dispose();
        }
        catch (DirectoryNotFoundException e)
        {
            throw new SecretException(SecretErrorKind.NotFound, $"there is no such folder: {Path.GetDirectoryName(path)}", operation: "create", inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SecretException(SecretErrorKind.ReadOnly, $"the vault file cannot be made: {path}", operation: "create", inner: e);
        }
        catch (IOException) when (Path.Exists(path))
        {
            // Whether it is ours to take over is seen once it is open.
        }
        catch (IOException e)
        {
            throw new SecretException(Errno.KindOf(e), $"the vault file cannot be made: {path}: {e.Message}", operation: "create", inner: e);
        }
    }
}
