using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>Reading of whole entries and of their keys, with the checks that tell damage from absence.</summary>
internal static class Entries
{
    /// <summary>The entry at the cursor (columns id, folder, revision, checksum, sealed), checked against its checksum.</summary>
    public static StoredEntry Current(Connection connection, Statement row)
    {
        var id = row.Id(0);
        var folder = row.Id(1);
        var revision = row.Int64(2);
        var sealedBytes = row.Bytes(4);
        if (Crc32C.OfEntry(id, folder, revision, sealedBytes) != row.Int64(3))
        {
            throw connection.Corrupt("an entry does not match its checksum");
        }
        return new StoredEntry(id, folder, revision, sealedBytes.ToArray());
    }

    public static StoredEntry? Get(Connection connection, EntryId id)
    {
        using var query = connection.Use(Sql.Get).With(1, id);
        return query.Step() ? Current(connection, query.Row) : null;
    }

    public static List<StoredEntry> List(Connection connection, EntryId folder)
    {
        var listed = new List<StoredEntry>();
        using var query = connection.Use(Sql.List).With(1, folder);
        while (query.Step())
        {
            listed.Add(Current(connection, query.Row));
        }
        return listed;
    }

    /// <summary>
    /// Walks all keys and the folder index, and compares them with the tally. Both walks must ascend, since a look-up relies on
    /// the order, and must agree. Call it inside a transaction.
    /// </summary>
    public static void VerifyKeys(Connection connection, in Tally expected, CancellationToken stop = default)
    {
        var walk = new TallyWalk();
        UInt128 listed = 0, indexed = 0;
        EntryId? last = null;
        using (var keys = connection.Use(Sql.ScanKeys))
        {
            while (keys.Step())
            {
                stop.ThrowIfCancellationRequested();
                var id = keys.Row.Id(0);
                var folder = keys.Row.Id(1);
                Ascends(connection, last is not { } before || id.CompareTo(before) > 0);
                last = id;
                walk.Add(id, folder, keys.Row.Int64(2));
                listed += folder == EntryId.None ? 0 : Mix(folder, id);
            }
        }
        using (var index = connection.Use(Sql.ScanFolders))
        {
            (EntryId Folder, EntryId Id) previous = default;
            while (index.Step())
            {
                stop.ThrowIfCancellationRequested();
                (EntryId Folder, EntryId Id) current = (index.Row.Id(0), index.Row.Id(1));
                Ascends(connection, current.Folder.CompareTo(previous.Folder) > 0
                    || (current.Folder == previous.Folder && current.Id.CompareTo(previous.Id) > 0));
                previous = current;
                indexed += Mix(current.Folder, current.Id);
            }
        }
        var found = walk.End();
        if (found.Entries != expected.Entries || found.Digest != expected.Digest)
        {
            throw connection.Corrupt($"its keys do not match its tally ({found.Entries} entries of {expected.Entries})");
        }
        if (listed != indexed)
        {
            throw connection.Corrupt("its folder index does not match its entries");
        }
    }

    private static void Ascends(Connection connection, bool ascends)
    {
        if (!ascends)
        {
            throw connection.Corrupt("its keys are out of order");
        }
    }

    // Odd factors map different keys to different numbers, so that one differing key always shows in the sum.
    private static UInt128 Mix(EntryId folder, EntryId id)
    {
        var odd = new UInt128(0x9e3779b97f4a7c15, 0xf39cc0605cedc835);
        return ((Number(folder) * odd) ^ Number(id)) * odd;

        static UInt128 Number(EntryId id) => new(id.High, id.Low);
    }
}
