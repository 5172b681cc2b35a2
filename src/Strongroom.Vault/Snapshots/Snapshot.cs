using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Snapshots;

/// <summary>A snapshot that was read: whole, by its sums. Whether it is one of this vault is <see cref="VaultBarrier.IsOwn"/>'s to say.</summary>
internal sealed class Snapshot
{
    // A snapshot is ciphertext, which does not shrink: whatever grows more than this was not made by us.
    private const int GrowthMax = 4;
    private const int SlackLength = 1 << 20;

    private Snapshot(byte[] sums, byte[] sealedSums, StorageChange[] entries, SealRecord record, ReadOnlyMemory<byte> keyring) =>
        (Sums, SealedSums, Entries, Record, Keyring) = (sums, sealedSums, entries, record, keyring);

    public byte[] Sums { get; }

    public byte[] SealedSums { get; }

    /// <summary>The changes that write its entries.</summary>
    public StorageChange[] Entries { get; }

    /// <summary>Which vault it is and how it is sealed.</summary>
    public SealRecord Record { get; }

    /// <summary>The stored keyring.</summary>
    public ReadOnlyMemory<byte> Keyring { get; }

    /// <summary>Reads a snapshot. Throws InvalidInput when it is none, or damaged.</summary>
    public static async ValueTask<Snapshot> ReadAsync(ReadOnlyMemory<byte> packed, CancellationToken cancellationToken)
    {
        var files = await UnpackAsync(packed, cancellationToken);
        byte[] File(string name) => files.TryGetValue(name, out var content) ? content : throw Invalid("it has no " + name);
        var (meta, state, sums) = (File(SnapshotFormat.MetaName), File(SnapshotFormat.StateName), File(SnapshotFormat.SumsName));
        if (!SnapshotFormat.Sums(meta, state).AsSpan().SequenceEqual(sums)) throw Invalid("its content does not match its sums");
        var entries = ReadEntries(state);
        return new Snapshot(
            sums, File(SnapshotFormat.SealedSumsName), entries, Decode(Find(entries, VaultHeader.SealRecordId)), Find(entries, VaultHeader.KeyringId));
    }

    private static SealRecord Decode(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            return SealRecord.Decode(encoded.Span);
        }
        catch (SecretException e)
        {
            throw Invalid(e.Reason);
        }
    }

    private static ReadOnlyMemory<byte> Find(StorageChange[] entries, EntryId id)
    {
        foreach (var entry in entries)
            if (entry.Id == id) return entry.Sealed;
        throw Invalid("it holds no vault");
    }

    private static StorageChange[] ReadEntries(byte[] state)
    {
        if (!state.AsSpan().StartsWith(SnapshotFormat.Magic) || state.Length < 5) throw Invalid("its state is of another kind");
        if (state[4] != SnapshotFormat.Format) throw Invalid($"it has format {state[4]}; a newer server made it");
        var entries = new List<StorageChange>();
        for (var at = 5; at < state.Length;)
        {
            if (state.Length - at < SnapshotFormat.EntryHeaderLength) throw Invalid("an entry is cut");
            var header = state.AsSpan(at, SnapshotFormat.EntryHeaderLength);
            var length = BinaryPrimitives.ReadInt32BigEndian(header[32..]);
            at += SnapshotFormat.EntryHeaderLength;
            if (length < 0 || length > state.Length - at || length > VaultStorage.SealedLengthMax) throw Invalid("an entry is cut");
            var id = EntryId.Read(header);
            if (id == EntryId.None || id == VaultHeader.HandoverId) throw Invalid("an entry has no name");
            // Each may be there once: a second one would meet an entry that is not absent. A storage may keep the bytes, and shall not keep all with one.
            entries.Add(new StorageChange(StorageChangeKind.Put, id, EntryId.Read(header[16..]), state.AsSpan(at, length).ToArray(), ExpectedRevision: 0));
            at += length;
        }
        return [.. entries];
    }

    private static async ValueTask<Dictionary<string, byte[]>> UnpackAsync(ReadOnlyMemory<byte> packed, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var left = (long)packed.Length * GrowthMax + SlackLength;
        try
        {
            await using var gzip = new GZipStream(new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
            await using var tar = new TarReader(gzip);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                left -= entry.Length;
                if (left < 0 || entry.Length > Array.MaxLength) throw Invalid("it unpacks to more than a snapshot can");
                if (entry.DataStream is null) continue;
                var content = new byte[entry.Length];
                await entry.DataStream.ReadExactlyAsync(content, cancellationToken);
                if (!files.TryAdd(entry.Name, content)) throw Invalid($"it has {entry.Name} twice");
            }
            return files;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            throw new SecretException(SecretErrorKind.InvalidInput, "failed to read snapshot file: it is not a tar.gz, or damaged", inner: e);
        }
    }

    private static SecretException Invalid(string reason) => new(SecretErrorKind.InvalidInput, "failed to read snapshot file: " + reason);
}
