using SQLitePCL;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Storage.Sqlite;

/// <summary>SQLite's result codes as kinds of <see cref="SecretException"/>. Source: https://www.sqlite.org/rescode.html.</summary>
internal static class ResultCodes
{
    // Extended codes: the primary code in the low byte, the detail above.
    private const int IoErrorShortRead = raw.SQLITE_IOERR | (2 << 8);
    private const int IoErrorShmSize = raw.SQLITE_IOERR | (19 << 8);
    private const int IoErrorCorruptFileSystem = raw.SQLITE_IOERR | (33 << 8);

    public static SecretException ToException(nint database, int code, string path)
    {
        var extended = Native.sqlite3_extended_errcode(database);
        if ((extended & 0xff) != (code & 0xff))
        {
            extended = code;
        }
        var errno = Native.sqlite3_system_errno(database);
        var (kind, reason, help) = IsReadOnlyDisk(database, extended) ? ReadOnlyDisk : Classify(extended, errno);
        var detail = errno == 0 ? $"SQLite {extended}" : $"SQLite {extended}, errno {errno}";
        return new SecretException(kind, $"{reason}: {path} ({detail})", help: help);
    }

    /// <summary>
    /// True when the file could be opened for reading only and there is no shared memory for its log, which SQLite could not
    /// make either. When only a permission is missing SQLite answers READONLY instead, so this is a disk mounted read-only.
    /// </summary>
    public static bool IsReadOnlyDisk(nint database, int code) =>
        (code & 0xff) == raw.SQLITE_CANTOPEN && Native.IsReadOnly(database);

    private static (SecretErrorKind Kind, string Reason, string? Help) Classify(int extended, int errno) => (extended & 0xff) switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged,
        // Our statements are fixed: they fail to compile or break a constraint only when the tables are not what we made.
        raw.SQLITE_ERROR or raw.SQLITE_SCHEMA or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_FORMAT => Damaged,
        raw.SQLITE_FULL => Full,
        raw.SQLITE_READONLY or raw.SQLITE_PERM => ReadOnly,
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL =>
            (SecretErrorKind.Unreachable, "the vault file stayed locked", "another process is writing to it; try again"),
        raw.SQLITE_IOERR when extended is IoErrorShortRead or IoErrorCorruptFileSystem => Damaged,
        raw.SQLITE_IOERR when extended == IoErrorShmSize => Full,
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN => Errno.KindOf(errno) switch
        {
            SecretErrorKind.StorageFull => Full,
            SecretErrorKind.ReadOnly => ReadOnly,
            _ => (SecretErrorKind.Unreachable, "the vault file cannot be read or written", "check the disk and the file's permissions"),
        },
        raw.SQLITE_TOOBIG => (SecretErrorKind.InvalidInput, "the entry is too large for the vault file", null),
        _ => (SecretErrorKind.Unreachable, "the vault file cannot be used", null),
    };

    private static (SecretErrorKind, string, string?) Damaged =>
        (SecretErrorKind.Corrupt, "the vault file is damaged", "restore it from a backup");

    private static (SecretErrorKind, string, string?) Full =>
        (SecretErrorKind.StorageFull, "the disk of the vault file is full", "free some space; nothing was changed");

    private static (SecretErrorKind, string, string?) ReadOnly =>
        (SecretErrorKind.ReadOnly, "the vault file cannot be written", "it needs write permission for the file and its folder");

    private static (SecretErrorKind, string, string?) ReadOnlyDisk =>
        (SecretErrorKind.ReadOnly, "the vault file lies on a read-only disk with a log of writes that cannot be opened there",
            "copy it together with its -wal file to a writable disk");
}
