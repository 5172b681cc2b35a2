using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Served;

/// <summary>What shares restored: a key that opens the vault.</summary>
/// <param name="Seal">The key; whoever gets it disposes of it.</param>
/// <param name="FormerOpens">Whether other, former shares open the vault as well.</param>
/// <param name="IsFormer">Whether these are the former ones.</param>
internal sealed record RestoredKey(ShamirSeal Seal, bool FormerOpens, bool IsFormer);

/// <summary>The unseal keys that were given for one purpose so far. Zeroed when they served, failed or are given up.</summary>
internal sealed class KeyShares(VaultStorage storage, RandomNumberGenerator random)
{
    /// <summary>What Vault answers when the keys together do not open it.</summary>
    public const string WrongKeys = "invalid key: failed to decrypt keys from storage: cipher: message authentication failed";

    private readonly List<byte[]> _shares = [];

    /// <summary>How many different ones there are.</summary>
    public int Count => _shares.Count;

    /// <summary>Takes over a share; false when it was given before.</summary>
    public bool Add(byte[] share)
    {
        foreach (var known in _shares)
        {
            if (!CryptographicOperations.FixedTimeEquals(known, share)) continue;
            CryptographicOperations.ZeroMemory(share);
            return false;
        }
        _shares.Add(share);
        return true;
    }

    /// <summary>
    /// Restores the key once there are enough shares; null before. Throws InvalidInput, and forgets the shares, when there are
    /// enough and they do not open the vault.
    /// </summary>
    public async ValueTask<RestoredKey?> RestoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (record, _) = await VaultHeader.RequireAsync(storage, cancellationToken);
            var splits = ShamirSeal.ReadSplits(record.Wrapped);
            for (var i = 0; i < splits.Count; i++)
            {
                if (_shares.Count < splits[i].Threshold || await TryAsync(OnlyFor(record, i), splits[i], cancellationToken) is not { } seal) continue;
                Clear();
                return new RestoredKey(seal, splits.Count > 1, IsFormer: i > 0);
            }
            if (_shares.Count < splits.Max(split => split.Threshold)) return null;
        }
        catch
        {
            Clear();
            throw;
        }
        Clear();
        throw RequestFields.Invalid(WrongKeys);
    }

    /// <summary>Zeroes and forgets them.</summary>
    public void Clear()
    {
        foreach (var share in _shares) CryptographicOperations.ZeroMemory(share);
        _shares.Clear();
    }

    private static SealRecord OnlyFor(SealRecord record, int index) => record with { Wrapped = ShamirSeal.WrappedFor(record.Wrapped, index) };

    private async ValueTask<ShamirSeal?> TryAsync(SealRecord record, ShareSplit split, CancellationToken cancellationToken)
    {
        ShamirSeal? seal = null;
        try
        {
            seal = ShamirSeal.Restore(split, _shares, random);
            CryptographicOperations.ZeroMemory(await record.UnwrapAsync(seal, cancellationToken));
            return seal;
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.Sealed or SecretErrorKind.InvalidInput)
        {
            seal?.Dispose();
            return null;
        }
    }
}
