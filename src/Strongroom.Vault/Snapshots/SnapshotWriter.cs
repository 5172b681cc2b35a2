using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Snapshots;

/// <summary>Writes a snapshot of one moment.</summary>
internal static class SnapshotWriter
{
    public static async ValueTask<byte[]> WriteAsync(VaultBarrier barrier, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var state = new MemoryStream();
        state.Write(SnapshotFormat.Magic);
        state.WriteByte(SnapshotFormat.Format);
        var count = 0L;
        await foreach (var entry in barrier.Storage.ScanAsync(cancellationToken))
        {
            // Whoever has a snapshot has the keys: that they were handed over is not asked again.
            if (entry.Id == VaultHeader.HandoverId) continue;
            Write(state, entry);
            count++;
        }
        var (meta, bytes) = (Meta(barrier, now, count), state.ToArray());
        var sums = SnapshotFormat.Sums(meta, bytes);
        return await PackAsync(
            [(SnapshotFormat.MetaName, meta), (SnapshotFormat.StateName, bytes), (SnapshotFormat.SumsName, sums), (SnapshotFormat.SealedSumsName, barrier.SealSums(sums))],
            now, cancellationToken);
    }

    private static void Write(MemoryStream state, in StoredEntry entry)
    {
        Span<byte> header = stackalloc byte[SnapshotFormat.EntryHeaderLength];
        entry.Id.Write(header);
        entry.Folder.Write(header[16..]);
        BinaryPrimitives.WriteInt32BigEndian(header[32..], entry.Sealed.Length);
        state.Write(header);
        state.Write(entry.Sealed.Span);
    }

    private static byte[] Meta(VaultBarrier barrier, DateTimeOffset now, long count)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format"u8, SnapshotFormat.Format);
            writer.WriteString("vault"u8, barrier.VaultId);
            writer.WriteString("taken"u8, now);
            writer.WriteNumber("sequence"u8, barrier.Sequence);
            writer.WriteNumber("entries"u8, count);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static async ValueTask<byte[]> PackAsync((string Name, byte[] Content)[] files, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var packed = new MemoryStream();
        // Ciphertext does not shrink; what is left is worth no time.
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var (name, content) in files)
            {
                using var data = new MemoryStream(content);
                await tar.WriteEntryAsync(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, ModificationTime = now, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite },
                    cancellationToken);
            }
        }
        return packed.ToArray();
    }
}
