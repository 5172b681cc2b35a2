using System.Runtime.InteropServices;

namespace Strongroom.Vault.Native;

/// <summary>Argon2id from the system's libsodium, where it is installed.</summary>
internal static partial class Sodium
{
    private const string Library = "libsodium.so.23";
    private const int Argon2Id13 = 2;

    /// <summary>True when the library can be loaded and started.</summary>
    public static bool IsAvailable()
    {
        try
        {
            return Init() >= 0;
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Derives a key; false when the memory asked for is not to be had.</summary>
    public static bool TryDerive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, uint passes, uint memoryKiB, Span<byte> key) =>
        PasswordHash(key, (ulong)key.Length, passphrase, (ulong)passphrase.Length, salt, passes, (nuint)memoryKiB * 1024, Argon2Id13) == 0;

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Init();

    [LibraryImport(Library, EntryPoint = "crypto_pwhash")]
    private static partial int PasswordHash(
        Span<byte> key, ulong keyLength, ReadOnlySpan<byte> passphrase, ulong passphraseLength, ReadOnlySpan<byte> salt,
        ulong passes, nuint memoryBytes, int algorithm);
}
