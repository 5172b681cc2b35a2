using System.Security.Cryptography;

namespace Strongroom.Vault.Barrier;

/// <summary>The key of one term. Everything written during the term is sealed with it.</summary>
internal sealed class DataKey : IDisposable
{
    public const int Length = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    private readonly byte[] _key;
    private readonly InstancePool<AesGcm> _ciphers;

    /// <summary>Takes over the key and zeroes it when disposed.</summary>
    public DataKey(uint term, long beganAtSequence, byte[] key)
    {
        (Term, BeganAtSequence, _key) = (term, beganAtSequence, key);
        _ciphers = new(() => new AesGcm(_key, TagLength));
    }

    public uint Term { get; }

    /// <summary>The storage sequence when the term began: what was sealed since then counts against the limit of the key.</summary>
    public long BeganAtSequence { get; }

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, ReadOnlySpan<byte> bound)
    {
        var gcm = _ciphers.Rent();
        gcm.Encrypt(nonce, plain, cipher, tag, bound);
        _ciphers.Return(gcm);
    }

    /// <summary>False when anything was changed.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain, ReadOnlySpan<byte> bound)
    {
        var gcm = _ciphers.Rent();
        try
        {
            gcm.Decrypt(nonce, cipher, tag, plain, bound);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            _ciphers.Return(gcm);
        }
    }

    public bool HasKeyOf(DataKey other) => CryptographicOperations.FixedTimeEquals(_key, other._key);

    public void CopyKeyTo(Span<byte> destination) => _key.CopyTo(destination);

    public void Dispose()
    {
        _ciphers.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }
}
