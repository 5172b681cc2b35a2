using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SQLitePCL;

namespace Strongroom.Tests.Vault;

/// <summary>
/// Reads a vault by docs/storage-format.md alone, with no code of the product: the proof that the page is sufficient. The numbers in the
/// comments are its sections.
/// </summary>
internal sealed class SecondReader
{
    private readonly Dictionary<UInt128, Row> _rows = [];
    private readonly byte[] _nameKey;
    private readonly byte[] _auditKey;
    private readonly byte[][] _dataKeys;

    /// <param name="databasePath">The SQLite file.</param>
    /// <param name="wrappingKey">Gives the key of the seal from its kind and the wrapped root key, and how long its parameters are.</param>
    public SecondReader(string databasePath, Func<string, byte[], (byte[] Key, int ParametersLength)> wrappingKey)
    {
        ReadRows(databasePath);
        var record = _rows[1].Sealed;
        Require(record.AsSpan(0, 4).SequenceEqual("SRSL"u8) && record[4] == 1, "seal record");
        VaultId = new Guid(record.AsSpan(5, 16), bigEndian: true);
        var prefixLength = 22 + record[21];
        var kind = Encoding.ASCII.GetString(record, 22, record[21]);
        var (key, parametersLength) = wrappingKey(kind, record[prefixLength..]);
        byte[] context = [.. "strongroom root key\0"u8, .. record[..(prefixLength + parametersLength)]];
        var rootKey = Unwrap(key, record.AsSpan(prefixLength + parametersLength), context);

        var stored = _rows[2].Sealed;
        Require(stored.AsSpan(0, 4).SequenceEqual("SRKR"u8) && stored[4] == 1, "keyring");
        var keyring = Unwrap(rootKey, stored.AsSpan(5), [.. "strongroom keyring 1\0"u8, .. record[5..21]]);
        (_nameKey, _auditKey) = (keyring[..32], keyring[32..64]);
        _dataKeys = new byte[BinaryPrimitives.ReadInt32BigEndian(keyring.AsSpan(64))][];
        for (var i = 0; i < _dataKeys.Length; i++)
        {
            var term = keyring.AsSpan(68 + (i * 44), 44);
            Require(BinaryPrimitives.ReadInt32BigEndian(term) == i + 1, "term");
            _dataKeys[i] = term[12..].ToArray();
        }
    }

    public Guid VaultId { get; }

    public int Terms => _dataKeys.Length;

    public long Sequence { get; private set; }

    /// <summary>4: the parameters of a passphrase, of which vectors use PBKDF2.</summary>
    public static (byte[] Key, int ParametersLength) FromPassphrase(string passphrase, byte[] wrapped)
    {
        Require(wrapped[0] == 1 && BinaryPrimitives.ReadInt32BigEndian(wrapped.AsSpan(5)) == 0, "PBKDF2");
        var passes = BinaryPrimitives.ReadInt32BigEndian(wrapped.AsSpan(1));
        return (Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), wrapped.AsSpan(9, 16), passes, HashAlgorithmName.SHA256, 32), 25);
    }

    public static (byte[] Key, int ParametersLength) FromKeyFile(string path)
    {
        var line = File.ReadAllText(path);
        Require(line.StartsWith("strongroom-key-1:", StringComparison.Ordinal) && line.EndsWith('\n'), "key file");
        return (Convert.FromBase64String(line["strongroom-key-1:".Length..].Trim()), 0);
    }

    /// <summary>5: the value of the entry at a path, or null.</summary>
    public byte[]? Read(string path) => _rows.TryGetValue(Identity(1, path), out var row) ? Open(row, path) : null;

    /// <summary>5: all listed paths below a folder, by the markers of folders.</summary>
    public List<string> Below(string folder)
    {
        var found = new List<string>();
        var id = Identity(2, folder);
        foreach (var row in _rows.Values.Where(row => row.Folder == id))
        {
            var path = PathOf(row);
            Require(Identity(1, path) == row.Id && path.StartsWith(folder, StringComparison.Ordinal), "listing");
            if (path.EndsWith('/')) found.AddRange(Below(path));
            else found.Add(path);
        }
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>7: the records of the log, after checking numbers, chain and codes, and that it fits the vault.</summary>
    public List<JsonElement> ReadAudit(string path)
    {
        var records = new List<JsonElement>();
        var previous = new byte[32];
        foreach (var line in File.ReadAllText(path).TrimEnd('\n').Split('\n'))
        {
            var record = JsonElement.Parse(line);
            Require(record.GetProperty("seq").GetInt32() == records.Count + 1, "seq");
            Require(record.GetProperty("prev").GetBytesFromBase64().AsSpan().SequenceEqual(previous), "prev");
            var body = Encoding.UTF8.GetBytes(line[..line.LastIndexOf(",\"mac\":\"", StringComparison.Ordinal)]);
            previous = HMACSHA256.HashData(_auditKey, body);
            Require(record.GetProperty("mac").GetBytesFromBase64().AsSpan().SequenceEqual(previous), "mac");
            records.Add(record);
        }
        var anchor = Read("sys/audit-anchor")!;
        var anchored = records[(int)BinaryPrimitives.ReadInt64BigEndian(anchor) - 1];
        Require(anchored.GetProperty("mac").GetBytesFromBase64().AsSpan().SequenceEqual(anchor.AsSpan(8)), "anchor");
        Require(records[^1].GetProperty("storage").GetInt64() <= Sequence, "storage");
        return records;
    }

    private static byte[] Unwrap(byte[] key, ReadOnlySpan<byte> wrapped, byte[] context)
    {
        var plain = new byte[wrapped.Length - 28];
        using var gcm = new AesGcm(key, 16);
        gcm.Decrypt(wrapped[..12], wrapped[12..^16], wrapped[^16..], plain, context);
        return plain;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition) throw new InvalidDataException(what);
    }

    private UInt128 Identity(byte purpose, string path) =>
        BinaryPrimitives.ReadUInt128BigEndian(HMACSHA256.HashData(_nameKey, (byte[])[purpose, .. Encoding.UTF8.GetBytes(path)]));

    private byte[] Open(Row row, string? path)
    {
        Require(row.Sealed[0] == 1, "format of entry");
        var bound = new byte[37];
        row.Sealed.AsSpan(0, 5).CopyTo(bound);
        BinaryPrimitives.WriteUInt128BigEndian(bound.AsSpan(5), row.Id);
        BinaryPrimitives.WriteUInt128BigEndian(bound.AsSpan(21), row.Folder);
        var plain = Unwrap(_dataKeys[BinaryPrimitives.ReadInt32BigEndian(row.Sealed.AsSpan(1)) - 1], row.Sealed.AsSpan(5), bound);
        var pathLength = BinaryPrimitives.ReadUInt16BigEndian(plain);
        Require(path is null || Encoding.UTF8.GetString(plain, 2, pathLength) == path, "path");
        return path is null ? plain[2..(2 + pathLength)] : plain[(2 + pathLength)..];
    }

    private string PathOf(Row row) => Encoding.UTF8.GetString(Open(row, path: null));

    /// <summary>1: the rows, their checksums and the tally.</summary>
    private void ReadRows(string path)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(path, out var database);
        using (database)
        {
            raw.sqlite3_prepare_v2(database, "SELECT id, folder, revision, checksum, sealed FROM entry", out var rows);
            UInt128 digest = 0;
            for (; raw.sqlite3_step(rows) == raw.SQLITE_ROW;)
            {
                var folder = raw.sqlite3_column_type(rows, 1) == raw.SQLITE_NULL ? 0 : BinaryPrimitives.ReadUInt128BigEndian(raw.sqlite3_column_blob(rows, 1));
                var row = new Row(
                    BinaryPrimitives.ReadUInt128BigEndian(raw.sqlite3_column_blob(rows, 0)), folder, raw.sqlite3_column_int64(rows, 2),
                    raw.sqlite3_column_blob(rows, 4).ToArray());
                Require(row.Checksum() == raw.sqlite3_column_int64(rows, 3), "checksum of entry");
                digest ^= row.Digest();
                _rows.Add(row.Id, row);
            }
            rows.Dispose();
            raw.sqlite3_prepare_v2(database, "SELECT sequence, entries, digest, checksum FROM tally WHERE one = 1", out var tally);
            Require(raw.sqlite3_step(tally) == raw.SQLITE_ROW, "tally");
            Sequence = raw.sqlite3_column_int64(tally, 0);
            Require(raw.sqlite3_column_int64(tally, 1) == _rows.Count, "entries of tally");
            Require(BinaryPrimitives.ReadUInt128BigEndian(raw.sqlite3_column_blob(tally, 2)) == digest, "digest of tally");
            var bytes = new byte[32];
            BinaryPrimitives.WriteInt64BigEndian(bytes, Sequence);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), _rows.Count);
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), digest);
            Require(Row.Crc(bytes) == raw.sqlite3_column_int64(tally, 3), "checksum of tally");
            tally.Dispose();
        }
    }

    private sealed record Row(UInt128 Id, UInt128 Folder, long Revision, byte[] Sealed)
    {
        public static uint Crc(ReadOnlySpan<byte> bytes)
        {
            var crc = 0xffffffffu;
            foreach (var b in bytes)
            {
                crc ^= b;
                for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82f63b78;
            }
            return crc;
        }

        public uint Checksum()
        {
            var bytes = new byte[40 + Sealed.Length];
            ulong[] numbers = [(ulong)(Id >> 64), (ulong)Id, (ulong)(Folder >> 64), (ulong)Folder, (ulong)Revision];
            for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), numbers[i]);
            Sealed.CopyTo(bytes, 40);
            return Crc(bytes);
        }

        public UInt128 Digest()
        {
            var key = new byte[40];
            BinaryPrimitives.WriteUInt128BigEndian(key, Id);
            BinaryPrimitives.WriteUInt128BigEndian(key.AsSpan(16), Folder);
            BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(32), Revision);
            return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(key));
        }
    }
}
