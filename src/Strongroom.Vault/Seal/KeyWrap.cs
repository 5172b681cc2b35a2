using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Seal;

/// <summary>AES-256-GCM around one key: <c>nonce (12) ‖ ciphertext ‖ tag (16)</c>.</summary>
internal static class KeyWrap
{
    public const int NonceLength = 12;
    public const int TagLength = 16;
    public const int Overhead = NonceLength + TagLength;

    public static void Wrap(
        ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, RandomNumberGenerator random, Span<byte> wrapped)
    {
        random.GetBytes(wrapped[..NonceLength]);
        using var gcm = new AesGcm(wrappingKey, TagLength);
        gcm.Encrypt(wrapped[..NonceLength], plain, wrapped.Slice(NonceLength, plain.Length), wrapped[^TagLength..], context);
    }

    /// <summary>False when the key or the context is another one, or the bytes were changed.</summary>
    public static bool TryUnwrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context, Span<byte> plain)
    {
        if (wrapped.Length != plain.Length + Overhead) return false;
        using var gcm = new AesGcm(wrappingKey, TagLength);
        try
        {
            gcm.Decrypt(wrapped[..NonceLength], wrapped[NonceLength..^TagLength], wrapped[^TagLength..], plain, context);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>The failure of a seal that is not the one that closed the vault.</summary>
    public static SecretException WrongKey(string what, string help) =>
        new(SecretErrorKind.Sealed, $"{what} does not open this vault", operation: "open", help: help);
}
