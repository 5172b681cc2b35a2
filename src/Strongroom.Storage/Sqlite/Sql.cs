namespace Strongroom.Storage.Sqlite;

/// <summary>The statements that a <see cref="Connection"/> keeps prepared.</summary>
internal enum Sql
{
    Begin, BeginWrite, Commit, Savepoint, Release, RollbackTo,
    ReadTally, WriteTally,
    Get, GetState, Insert, Update, Delete, DeleteAll, AnyInFolder, List, Scan, ScanKeys, ScanFolders,
    Count,
}

internal static class SqlText
{
    /// <summary>"strm" in ASCII: tells a vault from another program's database.</summary>
    public const int ApplicationId = 0x7374726d;

    /// <summary>The version of the tables below; written as user_version.</summary>
    public const int FormatVersion = 1;

    /// <summary>
    /// Rows lie in the tree of their 16-byte id (WITHOUT ROWID), so that a read descends one tree. The index holds only entries
    /// that a listing shows. The one row of tally is rewritten in each commit; see <see cref="Tally"/>.
    /// </summary>
    public static ReadOnlySpan<byte> Schema => """
        BEGIN IMMEDIATE;
        PRAGMA application_id = 1937011309;
        PRAGMA user_version = 1;
        CREATE TABLE entry(
          id BLOB NOT NULL PRIMARY KEY, folder BLOB, revision INTEGER NOT NULL, checksum INTEGER NOT NULL, sealed BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX entry_folder ON entry(folder) WHERE folder IS NOT NULL;
        CREATE TABLE tally(
          one INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, entries INTEGER NOT NULL, digest BLOB NOT NULL, checksum INTEGER NOT NULL
        );
        """u8;

    public static ReadOnlySpan<byte> Of(Sql statement) => statement switch
    {
        Sql.Begin => "BEGIN"u8,
        Sql.BeginWrite => "BEGIN IMMEDIATE"u8,
        Sql.Commit => "COMMIT"u8,
        Sql.Savepoint => "SAVEPOINT one"u8,
        Sql.Release => "RELEASE one"u8,
        Sql.RollbackTo => "ROLLBACK TO one"u8,
        Sql.ReadTally => "SELECT sequence, entries, digest, checksum FROM tally WHERE one = 1"u8,
        Sql.WriteTally => "REPLACE INTO tally(one, sequence, entries, digest, checksum) VALUES (1, ?1, ?2, ?3, ?4)"u8,
        Sql.Get => "SELECT id, folder, revision, checksum, sealed FROM entry WHERE id = ?1"u8,
        Sql.GetState => "SELECT folder, revision FROM entry WHERE id = ?1"u8,
        Sql.Insert => "INSERT INTO entry(id, folder, revision, checksum, sealed) VALUES (?1, ?2, ?3, ?4, ?5)"u8,
        Sql.Update => "UPDATE entry SET revision = ?3, checksum = ?4, sealed = ?5 WHERE id = ?1"u8,
        Sql.Delete => "DELETE FROM entry WHERE id = ?1"u8,
        Sql.DeleteAll => "DELETE FROM entry"u8,
        Sql.AnyInFolder => "SELECT 1 FROM entry WHERE folder = ?1 LIMIT 1"u8,
        Sql.List => "SELECT id, folder, revision, checksum, sealed FROM entry WHERE folder = ?1"u8,
        Sql.Scan => "SELECT id, folder, revision, checksum, sealed FROM entry ORDER BY id"u8,
        Sql.ScanKeys => "SELECT id, folder, revision FROM entry ORDER BY id"u8,
        Sql.ScanFolders => "SELECT folder, id FROM entry INDEXED BY entry_folder WHERE folder IS NOT NULL ORDER BY folder, id"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(statement)),
    };
}
