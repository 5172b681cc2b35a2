using System.Buffers.Binary;
using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Barrier;

/// <summary>
/// The keyring as it is stored: <c>"SRKR" ‖ format (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)</c> under the root key, bound to the
/// vault's id. Inside: <c>name key (32) ‖ audit key (32) ‖ number of terms (4) ‖ { term (4) ‖ began at (8) ‖ key (32) }</c>.
/// </summary>
internal static class KeyringFormat
{
    private const byte Format = 1;
    private const int PrefixLength = 5;
    private const int FixedLength = DataKey.Length + DataKey.Length + 4;
    private const int TermLength = 4 + 8 + DataKey.Length;

    private static ReadOnlySpan<byte> Magic => "SRKR"u8;

    public static byte[] Seal(Keyring keyring, Guid vaultId, ReadOnlySpan<byte> rootKey, RandomNumberGenerator random)
    {
        var plain = GC.AllocateUninitializedArray<byte>(FixedLength + keyring.Terms.Length * TermLength, pinned: true);
        keyring.Names.CopyKeyTo(plain);
        keyring.AuditKey.CopyTo(plain.AsSpan(DataKey.Length));
        BinaryPrimitives.WriteInt32BigEndian(plain.AsSpan(2 * DataKey.Length), keyring.Terms.Length);
        var rest = plain.AsSpan(FixedLength);
        foreach (var key in keyring.Terms)
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest, key.Term);
            BinaryPrimitives.WriteInt64BigEndian(rest[4..], key.BeganAtSequence);
            key.CopyKeyTo(rest[12..]);
            rest = rest[TermLength..];
        }
        var stored = new byte[PrefixLength + plain.Length + KeyWrap.Overhead];
        Magic.CopyTo(stored);
        stored[4] = Format;
        KeyWrap.Wrap(rootKey, plain, Context(vaultId), random, stored.AsSpan(PrefixLength));
        CryptographicOperations.ZeroMemory(plain);
        return stored;
    }

    /// <summary>Throws Sealed when the root key is not the one of this keyring, which happens only after a reseal elsewhere.</summary>
    public static Keyring Open(ReadOnlySpan<byte> stored, long revision, Guid vaultId, ReadOnlySpan<byte> rootKey)
    {
        var plainLength = stored.Length - PrefixLength - KeyWrap.Overhead;
        if (plainLength < FixedLength + TermLength || (plainLength - FixedLength) % TermLength != 0
            || !stored.StartsWith(Magic) || stored[4] != Format) throw Damaged();
        var plain = GC.AllocateUninitializedArray<byte>(plainLength, pinned: true);
        try
        {
            if (!KeyWrap.TryUnwrap(rootKey, stored[PrefixLength..], Context(vaultId), plain)) throw Damaged();
            return Parse(plain, revision);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static Keyring Parse(ReadOnlySpan<byte> plain, long revision)
    {
        var terms = new DataKey[(plain.Length - FixedLength) / TermLength];
        if (BinaryPrimitives.ReadInt32BigEndian(plain[(2 * DataKey.Length)..]) != terms.Length || terms.Length > Keyring.TermsMax) throw Damaged();
        var rest = plain[FixedLength..];
        for (var i = 0; i < terms.Length; i++, rest = rest[TermLength..])
        {
            var term = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (term != i + 1) throw Damaged();
            terms[i] = new DataKey(term, BinaryPrimitives.ReadInt64BigEndian(rest[4..]), Pinned(rest.Slice(12, DataKey.Length)));
        }
        return new Keyring(
            new NameHash(Pinned(plain[..DataKey.Length])), Pinned(plain.Slice(DataKey.Length, DataKey.Length)), terms, revision);
    }

    private static byte[] Pinned(ReadOnlySpan<byte> key)
    {
        var copy = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(copy);
        return copy;
    }

    private static byte[] Context(Guid vaultId) => [.. "strongroom keyring 1\0"u8, .. vaultId.ToByteArray(bigEndian: true)];

    private static SecretException Damaged() =>
        new(SecretErrorKind.Corrupt, "the keyring is damaged", operation: "open", help: "restore the vault from a backup");
}
