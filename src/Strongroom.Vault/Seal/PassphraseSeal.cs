using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Seal;

/// <summary>
/// A key derived from a passphrase. How it was derived stands in the vault's header, authenticated together with the key, so
/// a vault stays readable when the defaults change.
/// </summary>
public sealed class PassphraseSeal : VaultSeal
{
    /// <summary>The word for this seal.</summary>
    public const string KindName = "passphrase";

    /// <summary>The shortest passphrase taken for a new seal, in bytes.</summary>
    public const int LengthMin = 8;

    private readonly SecretValue _passphrase;
    private readonly PassphraseDerivation _derivation;
    private readonly RandomNumberGenerator _random;

    /// <summary>A seal that wraps with <paramref name="derivation"/> and unwraps with whatever the header says.</summary>
    /// <param name="passphrase">The passphrase; copied.</param>
    /// <param name="random">Source of salt and nonces.</param>
    /// <param name="derivation">For wrapping; by default PBKDF2 with 600,000 iterations.</param>
    public PassphraseSeal(SecretValue passphrase, RandomNumberGenerator random, PassphraseDerivation? derivation = null)
    {
        _passphrase = passphrase.Copy();
        _random = random;
        _derivation = derivation ?? PassphraseDerivation.Pbkdf2();
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> rootKey, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        if (_passphrase.Length < LengthMin)
            throw new SecretException(SecretErrorKind.InvalidInput, $"the passphrase is shorter than {LengthMin} bytes", operation: "seal");
        var header = PassphraseDerivation.EncodedLength;
        var wrapped = new byte[header + rootKey.Length + KeyWrap.Overhead];
        _derivation.Encode(wrapped, _random);
        Span<byte> key = stackalloc byte[RootKeyLength];
        _derivation.Derive(_passphrase.Reveal(), PassphraseDerivation.Salt(wrapped), key);
        KeyWrap.Wrap(key, rootKey.Span, [.. context.Span, .. wrapped.AsSpan(0, header)], _random, wrapped.AsSpan(header));
        CryptographicOperations.ZeroMemory(key);
        return new(wrapped);
    }

    /// <inheritdoc/>
    public override ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var derivation = PassphraseDerivation.Decode(wrapped.Span);
        var header = wrapped.Span[..PassphraseDerivation.EncodedLength];
        Span<byte> key = stackalloc byte[RootKeyLength];
        derivation.Derive(_passphrase.Reveal(), PassphraseDerivation.Salt(header), key);
        var rootKey = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        var opened = KeyWrap.TryUnwrap(key, wrapped.Span[header.Length..], [.. context.Span, .. header], rootKey);
        CryptographicOperations.ZeroMemory(key);
        return opened ? new(rootKey) : throw KeyWrap.WrongKey("the passphrase", "try again; there is no way around a lost passphrase");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _passphrase.Dispose();
    }
}
