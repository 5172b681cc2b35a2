using System.Security.Cryptography;
using System.Text;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Served;

/// <summary>How far a rekeying is.</summary>
/// <param name="Nonce">Names it; empty when there is none.</param>
/// <param name="Split">How the new key is split.</param>
/// <param name="Progress">How many of the present keys were given.</param>
/// <param name="MustVerify">Whether the new keys must be given back before they count.</param>
/// <param name="VerificationNonce">Names the verification; empty before it.</param>
/// <param name="Verified">How many of the new keys were given back.</param>
internal sealed record RekeyState(string Nonce, ShareSplit Split, int Progress, bool MustVerify, string VerificationNonce, int Verified)
{
    public bool IsStarted => Nonce.Length > 0;
}

/// <summary>New unseal keys.</summary>
/// <param name="Shares">The keys; whoever gets them zeroes them.</param>
/// <param name="Nonce">The rekeying that they came of.</param>
/// <param name="VerificationNonce">Names the verification; empty when the keys count already.</param>
/// <param name="Seal">What they open; for <see cref="Rekeying.HandOverAsync"/>, null when they must be verified.</param>
internal sealed record NewShares(byte[][] Shares, string Nonce, string VerificationNonce, ShamirSeal? Seal);

/// <summary>
/// New unseal keys in the place of the present ones, for who brings enough of those. When the new ones are not verified, the present ones
/// open the vault too until the answer with the new ones went out: an answer that is lost locks nobody out.
/// </summary>
internal sealed class Rekeying(ServedVault vault) : IDisposable
{
    private static readonly RekeyState None = new("", default, 0, MustVerify: false, "", 0);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly KeyShares _given = new(vault.Storage, vault.Options.Random);
    private readonly List<byte[]> _verified = [];
    private RekeyState _state = None;
    private ShamirSeal? _unverified;
    private ShamirSeal? _handedOut;

    /// <summary>How far it is.</summary>
    public RekeyState State => _state with { Progress = _given.Count, Verified = _verified.Count };

    /// <summary>Begins. Throws InvalidInput when one is under way.</summary>
    public ValueTask StartAsync(ShareSplit split, bool mustVerify, CancellationToken cancellationToken) => WithTurnAsync(() =>
    {
        if (_state.IsStarted) throw RequestFields.Invalid("rekey already in progress");
        split.Require("invalid rekey seal configuration");
        _state = None with { Nonce = TokenText.NewUuid(vault.Options.Random), Split = split, MustVerify = mustVerify };
        return default;
    }, cancellationToken);

    /// <summary>Takes over a present key. Returns the new ones with the last; null before.</summary>
    public async ValueTask<NewShares?> GiveAsync(byte[] key, string nonce, CancellationToken cancellationToken)
    {
        NewShares? made = null;
        await WithTurnAsync(async () =>
        {
            if (!_state.IsStarted) throw RequestFields.Invalid("no rekey in progress");
            if (_unverified is not null) throw RequestFields.Invalid("rekey operation already finished; verification must be performed");
            RequireNonce(nonce, _state.Nonce);
            if (!_given.Add(key)) throw RequestFields.Invalid("given key has already been provided during this generation operation");
            if (await _given.RestoreAsync(cancellationToken) is not { } restored) return;
            using (restored.Seal) made = await MakeAsync(restored.Seal, cancellationToken);
        }, cancellationToken);
        return made;
    }

    /// <summary>Whether the answer with the new keys went out: then they alone count. Disposes of the seal.</summary>
    public ValueTask HandOverAsync(ShamirSeal seal, bool arrived, CancellationToken cancellationToken) => WithTurnAsync(async () =>
    {
        // Unless there have been newer ones since.
        using (seal)
        {
            if (arrived && ReferenceEquals(seal, _handedOut)) await ResealAsync(seal, cancellationToken);
        }
    }, cancellationToken);

    /// <summary>Takes over a new key. True with the last: the new ones count from now on.</summary>
    public async ValueTask<bool> VerifyAsync(byte[] key, string nonce, CancellationToken cancellationToken)
    {
        var complete = false;
        await WithTurnAsync(async () =>
        {
            if (_unverified is null || !_state.MustVerify) throw RequestFields.Invalid("no rekey verification in progress");
            RequireNonce(nonce, _state.VerificationNonce);
            if (_verified.Exists(other => CryptographicOperations.FixedTimeEquals(other, key)))
                throw RequestFields.Invalid("given key has already been provided during this verify operation");
            _verified.Add(key);
            if (_verified.Count < _state.Split.Threshold) return;
            try
            {
                using var proven = ShamirSeal.Restore(_state.Split, _verified, vault.Options.Random);
                if (!proven.HasKeyOf(_unverified)) throw RequestFields.Invalid("rekey verification failed: the keys do not belong to the new ones");
            }
            finally
            {
                ForgetVerified();
            }
            await ResealAsync(_unverified, cancellationToken);
            Forget();
            complete = true;
        }, cancellationToken);
        return complete;
    }

    /// <summary>Begins the verification anew.</summary>
    public ValueTask RestartVerificationAsync(CancellationToken cancellationToken) => WithTurnAsync(() =>
    {
        if (_unverified is null || !_state.MustVerify) throw RequestFields.Invalid("no rekey verification in progress");
        ForgetVerified();
        _state = _state with { VerificationNonce = TokenText.NewUuid(vault.Options.Random) };
        return default;
    }, cancellationToken);

    /// <summary>Gives it up; the present keys stay.</summary>
    public ValueTask GiveUpAsync(CancellationToken cancellationToken) => WithTurnAsync(() =>
    {
        Forget();
        return default;
    }, cancellationToken);

    public void Dispose()
    {
        Forget();
        _turn.Dispose();
    }

    /// <summary>Throws InvalidInput unless it is the nonce that was given out.</summary>
    public static void RequireNonce(string given, string expected)
    {
        if (expected.Length == 0 || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected)))
            throw RequestFields.Invalid("incorrect nonce supplied; whoever began the operation was given its nonce");
    }

    private async ValueTask<NewShares> MakeAsync(ShamirSeal present, CancellationToken cancellationToken)
    {
        var state = _state;
        var made = ShamirSeal.Generate(state.Split, vault.Options.Random);
        try
        {
            if (!state.MustVerify)
            {
                using var both = made.Beside(present);
                await ResealAsync(both, cancellationToken);
            }
        }
        catch
        {
            made.Dispose();
            throw;
        }
        _state = state.MustVerify ? state with { VerificationNonce = TokenText.NewUuid(vault.Options.Random) } : None;
        if (state.MustVerify) _unverified = made;
        _handedOut = state.MustVerify ? null : made;
        return new NewShares(made.MakeShares(), state.Nonce, _state.VerificationNonce, _handedOut);
    }

    private ValueTask ResealAsync(ShamirSeal seal, CancellationToken cancellationToken) => vault.AdministerAsync(
        // Not cancelled with the request: the keys in memory must be those that were stored.
        Caller.ShareHolders, "sys/rekey/update", (_, _) => vault.Barrier.ResealAsync(seal, CancellationToken.None), cancellationToken);

    private void Forget()
    {
        _given.Clear();
        ForgetVerified();
        _unverified?.Dispose();
        (_unverified, _state) = (null, None);
    }

    private void ForgetVerified()
    {
        foreach (var share in _verified) CryptographicOperations.ZeroMemory(share);
        _verified.Clear();
    }

    private async ValueTask WithTurnAsync(Func<ValueTask> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            _turn.Release();
        }
    }
}
