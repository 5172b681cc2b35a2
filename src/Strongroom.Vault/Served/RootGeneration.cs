using System.Security.Cryptography;
using System.Text;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Served;

/// <summary>How far the making of a root token is.</summary>
/// <param name="Nonce">Names it; empty when there is none.</param>
/// <param name="Progress">How many unseal keys were given.</param>
internal sealed record RootGenerationState(string Nonce, int Progress)
{
    public bool IsStarted => Nonce.Length > 0;
}

/// <summary>
/// A new root token for who brings enough unseal keys, masked with the one-time password of who began: so the holders of keys do not see it.
/// </summary>
internal sealed class RootGeneration(ServedVault vault) : IDisposable
{
    private const int RandomLength = 24;

    /// <summary>Length of these tokens, and so of the password.</summary>
    public const int TokenLength = 4 + RandomLength;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly KeyShares _given = new(vault.Storage, vault.Options.Random);
    private string _nonce = "";
    private byte[] _password = [];

    /// <summary>How far it is.</summary>
    public RootGenerationState State => new(_nonce, _given.Count);

    /// <summary>Begins. Returns the password when it was made here. Throws InvalidInput when one is under way.</summary>
    public async ValueTask<string?> StartAsync(string? password, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_nonce.Length > 0) throw RequestFields.Invalid("root generation already in progress");
            var made = password is null ? TokenText.Base62(TokenLength, vault.Options.Random) : null;
            var bytes = Encoding.UTF8.GetBytes(password ?? made!);
            if (bytes.Length != TokenLength) throw RequestFields.Invalid("OTP string is wrong length");
            (_password, _nonce) = (bytes, TokenText.NewUuid(vault.Options.Random));
            return made;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes over an unseal key. Returns the masked token with the last; null before.</summary>
    public async ValueTask<string?> GiveAsync(byte[] key, string nonce, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_nonce.Length == 0) throw RequestFields.Invalid("no root generation in progress");
            Rekeying.RequireNonce(nonce, _nonce);
            if (!_given.Add(key)) throw RequestFields.Invalid("given key has already been provided during this generation operation");
            if (await _given.RestoreAsync(cancellationToken) is not { } restored) return null;
            restored.Seal.Dispose();
            var token = new ClientToken(TokenText.ServicePrefix + TokenText.Base62(RandomLength, vault.Options.Random));
            await vault.CreateRootTokenAsync(Caller.ShareHolders, token, cancellationToken);
            var masked = Mask(token);
            Forget();
            return masked;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives it up.</summary>
    public async ValueTask GiveUpAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        Forget();
        _turn.Release();
    }

    public void Dispose()
    {
        Forget();
        _turn.Dispose();
    }

    /// <summary>The token XOR the password, as base64 without padding.</summary>
    private string Mask(ClientToken token)
    {
        var bytes = Encoding.ASCII.GetBytes(token.Reveal());
        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= _password[i];
        return Convert.ToBase64String(bytes).TrimEnd('=');
    }

    private void Forget()
    {
        _given.Clear();
        CryptographicOperations.ZeroMemory(_password);
        (_password, _nonce) = ([], "");
    }
}
