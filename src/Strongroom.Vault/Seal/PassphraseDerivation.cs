using System.Buffers.Binary;
using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Native;

namespace Strongroom.Vault.Seal;

/// <summary>
/// How a passphrase becomes a key. Encoded as <c>algorithm (1) ‖ passes (4) ‖ memory in KiB (4) ‖ salt (16)</c>, big-endian.
/// </summary>
public sealed class PassphraseDerivation
{
    /// <summary>Iterations of PBKDF2 for new vaults.</summary>
    public const int Pbkdf2IterationsDefault = 600_000;

    /// <summary>The most iterations that a header may ask for, so that a forged header cannot hang the reader.</summary>
    public const int Pbkdf2IterationsMax = 10_000_000;

    /// <summary>The most passes of Argon2id that a header may ask for.</summary>
    public const int Argon2PassesMax = 16;

    /// <summary>The most memory of Argon2id that a header may ask for: 1 GiB.</summary>
    public const int Argon2MemoryKiBMax = 1024 * 1024;

    internal const int EncodedLength = 1 + 4 + 4 + SaltLength;
    private const int SaltLength = 16;
    private const byte Pbkdf2Algorithm = 1;
    private const byte Argon2Algorithm = 2;

    private readonly byte _algorithm;
    private readonly uint _passes;
    private readonly uint _memoryKiB;

    private PassphraseDerivation(byte algorithm, uint passes, uint memoryKiB)
    {
        var inRange = algorithm switch
        {
            Pbkdf2Algorithm => passes is >= 1 and <= Pbkdf2IterationsMax && memoryKiB == 0,
            Argon2Algorithm => passes is >= 1 and <= Argon2PassesMax && memoryKiB is >= 8 and <= Argon2MemoryKiBMax,
            _ => false,
        };
        if (!inRange) throw new SecretException(SecretErrorKind.Corrupt, "the passphrase parameters in the header are out of range", operation: "open");
        (_algorithm, _passes, _memoryKiB) = (algorithm, passes, memoryKiB);
    }

    /// <summary>True when Argon2id can be used on this machine (libsodium is installed).</summary>
    public static bool Argon2IdAvailable => Sodium.IsAvailable();

    /// <summary>PBKDF2 with HMAC-SHA-256, which every machine has.</summary>
    public static PassphraseDerivation Pbkdf2(int iterations = Pbkdf2IterationsDefault) => new(Pbkdf2Algorithm, (uint)iterations, 0);

    /// <summary>Argon2id 1.3 with one lane; by default three passes over 64 MiB.</summary>
    public static PassphraseDerivation Argon2Id(int passes = 3, int memoryKiB = 64 * 1024) => new(Argon2Algorithm, (uint)passes, (uint)memoryKiB);

    internal static PassphraseDerivation Decode(ReadOnlySpan<byte> encoded) => encoded.Length < EncodedLength
        ? throw new SecretException(SecretErrorKind.Corrupt, "the passphrase parameters in the header are cut short", operation: "open")
        : new(encoded[0], BinaryPrimitives.ReadUInt32BigEndian(encoded[1..]), BinaryPrimitives.ReadUInt32BigEndian(encoded[5..]));

    internal static ReadOnlySpan<byte> Salt(ReadOnlySpan<byte> encoded) => encoded.Slice(9, SaltLength);

    internal void Encode(Span<byte> encoded, RandomNumberGenerator random)
    {
        encoded[0] = _algorithm;
        BinaryPrimitives.WriteUInt32BigEndian(encoded[1..], _passes);
        BinaryPrimitives.WriteUInt32BigEndian(encoded[5..], _memoryKiB);
        random.GetBytes(encoded.Slice(9, SaltLength));
    }

    internal void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Span<byte> key)
    {
        if (_algorithm == Pbkdf2Algorithm)
        {
            Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, (int)_passes, HashAlgorithmName.SHA256);
            return;
        }
        if (!Sodium.IsAvailable())
            throw new SecretException(SecretErrorKind.Unsupported, "this vault needs Argon2id", operation: "open", help: "install libsodium (libsodium23)");
        if (!Sodium.TryDerive(passphrase, salt, _passes, _memoryKiB, key))
            throw new SecretException(SecretErrorKind.Unreachable, $"Argon2id could not get {_memoryKiB} KiB of memory", operation: "open");
    }
}
