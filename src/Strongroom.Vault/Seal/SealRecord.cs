using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Vault.Seal;

/// <summary>
/// The only readable entry of a vault: which vault it is, which kind of seal closes it, and the wrapped root key.
/// <c>"SRSL" ‖ format (1) ‖ vault id (16) ‖ length of kind (1) ‖ kind ‖ wrapped root key</c>.
/// </summary>
internal sealed record SealRecord(Guid VaultId, string SealKind, byte[] Wrapped)
{
    private const byte Format = 1;
    private const int FixedLength = 4 + 1 + 16 + 1;
    private const int LengthMax = 64 * 1024;

    private static ReadOnlySpan<byte> Magic => "SRSL"u8;

    public static async ValueTask<SealRecord> MakeAsync(
        Guid vaultId, VaultSeal seal, ReadOnlyMemory<byte> rootKey, CancellationToken cancellationToken) =>
        new(vaultId, seal.Kind, await seal.WrapAsync(rootKey, Context(vaultId, seal.Kind), cancellationToken));

    public static SealRecord Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length is < FixedLength or > LengthMax || !encoded.StartsWith(Magic)) throw Damaged();
        if (encoded[4] != Format)
            throw new SecretException(SecretErrorKind.Unsupported, $"the vault has format {encoded[4]}", operation: "open", help: "use a newer strongroom");
        var kindLength = encoded[FixedLength - 1];
        if (encoded.Length <= FixedLength + kindLength) throw Damaged();
        return new SealRecord(
            new Guid(encoded.Slice(5, 16), bigEndian: true),
            Encoding.ASCII.GetString(encoded.Slice(FixedLength, kindLength)),
            encoded[(FixedLength + kindLength)..].ToArray());
    }

    public byte[] Encode() => [.. Prefix(VaultId, SealKind), .. Wrapped];

    /// <summary>Unwraps the root key; the caller zeroes it.</summary>
    public ValueTask<byte[]> UnwrapAsync(VaultSeal seal, CancellationToken cancellationToken) =>
        string.Equals(seal.Kind, SealKind, StringComparison.Ordinal)
            ? seal.UnwrapAsync(Wrapped, Context(VaultId, SealKind), cancellationToken)
            : throw new SecretException(
                SecretErrorKind.Sealed, $"this vault is closed with a seal of kind {SealKind}, not {seal.Kind}", operation: "open",
                help: $"open it with its {SealKind}");

    /// <summary>True when the seal opens this vault.</summary>
    public async ValueTask<bool> FitsAsync(VaultSeal seal, CancellationToken cancellationToken)
    {
        try
        {
            CryptographicOperations.ZeroMemory(await UnwrapAsync(seal, cancellationToken));
            return true;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Sealed)
        {
            return false;
        }
    }

    /// <summary>Purpose and header: what the wrapped key is bound to.</summary>
    private static byte[] Context(Guid vaultId, string kind) => [.. "strongroom root key\0"u8, .. Prefix(vaultId, kind)];

    private static byte[] Prefix(Guid vaultId, string kind)
    {
        var prefix = new byte[FixedLength + kind.Length];
        Magic.CopyTo(prefix);
        prefix[4] = Format;
        vaultId.TryWriteBytes(prefix.AsSpan(5), bigEndian: true, out _);
        prefix[FixedLength - 1] = (byte)kind.Length;
        Encoding.ASCII.GetBytes(kind, prefix.AsSpan(FixedLength));
        return prefix;
    }

    private static SecretException Damaged() =>
        new(SecretErrorKind.Corrupt, "the header is damaged", operation: "open", help: "restore the vault from a backup");
}
