using System.Runtime.InteropServices;
using Strongroom.Secrets;

namespace Strongroom.Backends.Native;

/// <summary>
/// Encrypts for the holder of a key, by <c>crypto_box_seal</c> of the system's libsodium (X25519, XSalsa20-Poly1305). The library is
/// loaded at the first use.
/// </summary>
internal sealed unsafe class SealedBox
{
    /// <summary>Length of a public key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>How many bytes a box is longer than what is in it.</summary>
    public const int Overhead = 48;

    private static readonly string[] SystemLibraries = ["libsodium.so.23", "libsodium.so.26", "libsodium.dylib", "libsodium"];

    private readonly Lazy<nint> _seal;

    /// <summary>Uses the first of these libraries that is there; the system's by default.</summary>
    public SealedBox(IReadOnlyList<string>? libraries = null) => _seal = new Lazy<nint>(() => Load(libraries ?? SystemLibraries));

    /// <summary>The box; never the same twice.</summary>
    /// <exception cref="SecretException">Unsupported when libsodium is not installed.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != KeyLength) throw new SecretException(SecretErrorKind.Malformed, $"was answered with a public key that has not {KeyLength} bytes");
        var seal = (delegate* unmanaged<byte*, byte*, ulong, byte*, int>)_seal.Value;
        var box = new byte[plain.Length + Overhead];
        fixed (byte* boxAt = box, plainAt = plain, keyAt = publicKey)
        {
            if (seal(boxAt, plainAt, (ulong)plain.Length, keyAt) != 0)
                throw new SecretException(SecretErrorKind.Malformed, "was answered with a public key that cannot be used");
        }
        return box;
    }

    private static nint Load(IReadOnlyList<string> libraries)
    {
        foreach (var name in libraries)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            if (!NativeLibrary.TryGetExport(library, "sodium_init", out var init) || !NativeLibrary.TryGetExport(library, "crypto_box_seal", out var seal)) continue;
            if (((delegate* unmanaged<int>)init)() >= 0) return seal;
        }
        throw new SecretException(
            SecretErrorKind.Unsupported, "is not possible: values for GitHub are encrypted by libsodium, which is not installed here",
            help: "install libsodium23 (Debian, Ubuntu) or libsodium (Fedora, Alpine, Homebrew)");
    }
}
