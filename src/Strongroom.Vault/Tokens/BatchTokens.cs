using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// Tokens that carry their own record, sealed, and leave nothing in storage
/// (https://developer.hashicorp.com/vault/docs/concepts/tokens#batch-tokens). The form is
/// <c>hvb. base64url(version 1 (1) ‖ salt (16) ‖ AES-256-GCM(record) ‖ tag (16))</c>; each has a key of its own, derived from the vault's
/// by its salt, so that no nonce is ever used twice.
/// </summary>
internal sealed class BatchTokens(VaultBarrier barrier)
{
    private const byte Version = 1;
    private const int SaltLength = 16;
    private const int KeyLength = 32;
    private const int TagLength = 16;
    private const string KeyPath = "batch-key";

    private readonly BarrierView _view = barrier.View("sys/token/");
    private volatile byte[]? _key;

    public static bool IsBatch(ReadOnlySpan<char> text) => text.StartsWith(TokenText.BatchPrefix, StringComparison.Ordinal);

    /// <summary>The token that carries this record.</summary>
    public async ValueTask<ClientToken> SealAsync(TokenEntry entry, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(make: true, cancellationToken);
        var plain = JsonSerializer.SerializeToUtf8Bytes(entry, TokenJson.Default.TokenEntry);
        var bytes = new byte[1 + SaltLength + plain.Length + TagLength];
        bytes[0] = Version;
        var header = bytes.AsSpan(0, 1 + SaltLength);
        barrier.Random.GetBytes(header[1..]);
        using (var cipher = Cipher(key!, header))
            cipher.Encrypt(Nonce, plain, bytes.AsSpan(header.Length, plain.Length), bytes.AsSpan(header.Length + plain.Length), header);
        var text = TokenText.BatchPrefix + Base64Url.EncodeToString(bytes);
        return text.Length <= ClientToken.LengthMax ? new ClientToken(text)
            : throw new SecretException(SecretErrorKind.InvalidInput, "a batch token cannot carry so many policies and so much metadata");
    }

    /// <summary>The record of a token that this vault made, or null.</summary>
    public async ValueTask<TokenEntry?> OpenAsync(string text, CancellationToken cancellationToken)
    {
        var encoded = text.AsSpan(TokenText.BatchPrefix.Length);
        if (encoded.Length > ClientToken.LengthMax || !Base64Url.IsValid(encoded)) return null;
        var bytes = Base64Url.DecodeFromChars(encoded);
        if (bytes.Length < 1 + SaltLength + TagLength || bytes[0] != Version) return null;
        if (await KeyAsync(make: false, cancellationToken) is not { } key) return null;
        return Open(key, bytes);
    }

    private static TokenEntry? Open(byte[] key, byte[] bytes)
    {
        var header = bytes.AsSpan(0, 1 + SaltLength);
        var plain = new byte[bytes.Length - header.Length - TagLength];
        try
        {
            using var cipher = Cipher(key, header);
            cipher.Decrypt(Nonce, bytes.AsSpan(header.Length, plain.Length), bytes.AsSpan(header.Length + plain.Length), plain, header);
            return JsonSerializer.Deserialize(plain, TokenJson.Default.TokenEntry);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    // One key encrypts one token: the nonce may be constant.
    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static AesGcm Cipher(byte[] key, ReadOnlySpan<byte> header)
    {
        Span<byte> derived = stackalloc byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, header[1..], "strongroom batch token v1"u8);
        var cipher = new AesGcm(derived, TagLength);
        CryptographicOperations.ZeroMemory(derived);
        return cipher;
    }

    /// <summary>The key of all batch tokens, made with the first of them.</summary>
    private async ValueTask<byte[]?> KeyAsync(bool make, CancellationToken cancellationToken)
    {
        if (_key is { } known) return known;
        using (var stored = await _view.GetAsync(KeyPath, cancellationToken))
        {
            if (stored is not null) return _key = stored.Value.ToArray();
        }
        if (!make) return null;
        var key = new byte[KeyLength];
        barrier.Random.GetBytes(key);
        var commit = new BarrierCommit(barrier);
        commit.Put(_view, KeyPath, key, expectedRevision: 0);
        // Whoever was faster made the key.
        return await commit.CommitAsync(cancellationToken) is not null ? _key = key : await KeyAsync(make: false, cancellationToken);
    }
}
