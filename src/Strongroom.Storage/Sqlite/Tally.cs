using System.Buffers.Binary;
using System.Security.Cryptography;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// The one row that says what the rows must be: the last commit's number, how many entries there are, and the XOR over all of
/// them of the first 128 bits of SHA-256(id ‖ folder ‖ revision). SQLite cannot notice a flipped bit in a key; with this an
/// entry that is lost that way shows as damage and never as "not found". It guards against accidents: whoever can write the
/// file can make a fitting tally, and is caught by the seals inside the entries and by the audit log.
/// </summary>
internal struct Tally
{
    private const int EncodedLength = 32;

    public long Sequence;
    public long Entries;
    public EntryId Digest;

    public void Add(EntryId id, EntryId folder, long revision)
    {
        Entries++;
        Digest = Toggled(id, folder, revision);
    }

    public void Remove(EntryId id, EntryId folder, long revision)
    {
        Entries--;
        Digest = Toggled(id, folder, revision);
    }

    /// <summary>Adds the keys of another tally.</summary>
    public void Add(in Tally keys)
    {
        Entries += keys.Entries;
        Digest = new EntryId(Digest.High ^ keys.Digest.High, Digest.Low ^ keys.Digest.Low);
    }

    /// <summary>Reads the row in the connection's current transaction; damage to the row itself is found by its checksum.</summary>
    public static Tally Read(Connection connection)
    {
        using var query = connection.Use(Sql.ReadTally);
        if (!query.Step())
        {
            throw connection.Corrupt("its tally is missing");
        }
        var digest = query.Row.Bytes(2);
        var tally = new Tally
        {
            Sequence = query.Row.Int64(0),
            Entries = query.Row.Int64(1),
            Digest = digest.Length == EntryId.Length ? EntryId.Read(digest) : default,
        };
        return tally.Checksum() == query.Row.Int64(3) ? tally : throw connection.Corrupt("its tally does not match its checksum");
    }

    public readonly void Write(Connection connection)
    {
        using var query = connection.Use(Sql.WriteTally);
        Span<byte> digest = stackalloc byte[16];
        Digest.Write(digest);
        query.Row.Bind(1, Sequence);
        query.Row.Bind(2, Entries);
        query.Row.Bind(3, digest);
        query.Row.Bind(4, Checksum());
        query.Step();
    }

    private readonly uint Checksum()
    {
        Span<byte> bytes = stackalloc byte[EncodedLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Entries);
        Digest.Write(bytes[16..]);
        return Crc32C.Append(Crc32C.Seed, bytes);
    }

    /// <summary>The digest with the hash of one key in it or, if it was in, without.</summary>
    private readonly EntryId Toggled(EntryId id, EntryId folder, long revision)
    {
        Span<byte> key = stackalloc byte[40];
        id.Write(key);
        folder.Write(key[16..]);
        BinaryPrimitives.WriteInt64BigEndian(key[32..], revision);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        var mixed = EntryId.Read(hash);
        return new EntryId(Digest.High ^ mixed.High, Digest.Low ^ mixed.Low);
    }
}
