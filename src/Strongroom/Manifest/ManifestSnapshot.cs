using System.Buffers.Binary;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>
/// A parsed manifest in a form that is read back in well under a millisecond: the YAML parser alone would take half of what a
/// command may cost. It holds the texts it was made from, so a changed manifest is never answered from it, and a checksum of
/// itself, so a damaged one is not believed. Texts and checksum rather than hashes: to compare them needs no cryptography, which
/// takes milliseconds to start.
/// </summary>
internal static class ManifestSnapshot
{
    /// <summary>Changes with the layout below and with the rules of the reader.</summary>
    private const byte Format = 4;

    private const int KeyHeaderLength = 1 + 4 + 4;
    private const int ChecksumLength = 8;

    /// <summary>The texts of both files and what tells them apart; null stands for a file that is not there.</summary>
    public static byte[] KeyOf(ReadOnlySpan<byte> text, byte[]? localText)
    {
        var key = new byte[KeyHeaderLength + text.Length + (localText?.Length ?? 0)];
        key[0] = Format;
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(1), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(5), localText?.Length ?? -1);
        text.CopyTo(key.AsSpan(KeyHeaderLength));
        localText?.CopyTo(key, KeyHeaderLength + text.Length);
        return key;
    }

    /// <summary>The file: key, checksum of the body, body.</summary>
    public static byte[] Encode(ProjectManifest manifest, ReadOnlySpan<byte> key)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true)) new SnapshotWriter(writer).Write(manifest);
        var bytes = body.ToArray();
        var checksum = new byte[ChecksumLength];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, Checksum(bytes));
        return [.. key, .. checksum, .. bytes];
    }

    /// <summary>The manifest; null when the bytes belong to other texts, to another version of the program, or are damaged.</summary>
    public static ProjectManifest? Decode(byte[] bytes, ReadOnlySpan<byte> key)
    {
        var start = key.Length + ChecksumLength;
        if (bytes.Length < start || !bytes.AsSpan().StartsWith(key)) return null;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(key.Length)) != Checksum(bytes.AsSpan(start))) return null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, start, bytes.Length - start), Encoding.UTF8);
            return new SnapshotReader(reader).Read();
        }
        catch (Exception e) when (e is IOException or SecretException or FormatException or ArgumentException)
        {
            // Only someone who computed the checksum gets here; the manifest itself is the truth.
            return null;
        }
    }

    /// <summary>FNV-1a of 64 bits: no single changed byte leaves it as it was.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = 0xcbf29ce484222325;
        foreach (var part in bytes) checksum = (checksum ^ part) * 0x100000001b3;
        return checksum;
    }
}
