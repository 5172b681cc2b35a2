using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>
/// One sealed entry: <c>format (1) ‖ term (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)</c>, bound to format, term, entry and folder.
/// Inside: <c>length of path (2) ‖ path ‖ value</c>. The entry's identity follows from the path, so an entry moved to
/// another place does not open.
/// </summary>
internal static class EntryFormat
{
    public const int Overhead = HeaderLength + DataKey.TagLength + 2;

    private const byte Format = 1;
    private const int NonceAt = 1 + 4;
    private const int HeaderLength = NonceAt + DataKey.NonceLength;
    private const int BoundLength = NonceAt + 16 + 16;

    public static byte[] Seal(
        DataKey key, EntryId id, EntryId folder, ReadOnlySpan<byte> path, ReadOnlySpan<byte> value, RandomNumberGenerator random)
    {
        var plainLength = 2 + path.Length + value.Length;
        var stored = new byte[HeaderLength + plainLength + DataKey.TagLength];
        stored[0] = Format;
        BinaryPrimitives.WriteUInt32BigEndian(stored.AsSpan(1), key.Term);
        var nonce = stored.AsSpan(NonceAt, DataKey.NonceLength);
        random.GetBytes(nonce);
        Span<byte> bound = stackalloc byte[BoundLength];
        Bind(stored, id, folder, bound);

        // The plain text is laid out in its final place and encrypted over itself: no second copy of a secret.
        var body = stored.AsSpan(HeaderLength, plainLength);
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)path.Length);
        path.CopyTo(body[2..]);
        value.CopyTo(body[(2 + path.Length)..]);
        key.Encrypt(nonce, body, body, stored.AsSpan(HeaderLength + plainLength), bound);
        return stored;
    }

    /// <summary>The term that an entry was sealed in.</summary>
    public static uint Term(ReadOnlySpan<byte> stored)
    {
        if (stored.Length < Overhead) throw Damaged("is cut short");
        if (stored[0] != Format) throw Damaged($"has the unknown format {stored[0]}");
        return BinaryPrimitives.ReadUInt32BigEndian(stored[1..]);
    }

    /// <summary>Opens an entry; throws Corrupt when anything about it was changed.</summary>
    public static OpenedEntry Open(DataKey key, in StoredEntry entry)
    {
        var stored = entry.Sealed.Span;
        Span<byte> bound = stackalloc byte[BoundLength];
        Bind(stored, entry.Id, entry.Folder, bound);
        var length = stored.Length - HeaderLength - DataKey.TagLength;
        var plain = ArrayPool<byte>.Shared.Rent(length);
        var opened = new OpenedEntry(plain, length, entry.Revision);
        var valid = key.TryDecrypt(
                stored.Slice(NonceAt, DataKey.NonceLength), stored.Slice(HeaderLength, length), stored[^DataKey.TagLength..], plain.AsSpan(0, length), bound)
            && 2 + BinaryPrimitives.ReadUInt16BigEndian(plain) <= length;
        if (valid) return opened;
        opened.Dispose();
        throw Damaged("fails its integrity check");
    }

    public static SecretException Damaged(string how) => new(
        SecretErrorKind.Corrupt, "the stored entry " + how, help: "run strongroom doctor, and restore the vault from a backup");

    private static void Bind(ReadOnlySpan<byte> stored, EntryId id, EntryId folder, Span<byte> bound)
    {
        stored[..NonceAt].CopyTo(bound);
        id.Write(bound[NonceAt..]);
        folder.Write(bound[(NonceAt + EntryId.Length)..]);
    }
}
