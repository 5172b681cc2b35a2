using System.Security.Cryptography;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>Turns paths into the identities that storage sees: the first 128 bits of HMAC-SHA-256(name key, purpose ‖ path).</summary>
internal sealed class NameHash : IDisposable
{
    private const byte EntryPurpose = 1;
    private const byte FolderPurpose = 2;

    private readonly byte[] _key;
    private readonly InstancePool<IncrementalHash> _hashes;

    /// <summary>Takes over the key and zeroes it when disposed.</summary>
    public NameHash(byte[] key)
    {
        _key = key;
        _hashes = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key));
    }

    /// <summary>Identity of the entry at a path.</summary>
    public EntryId Entry(ReadOnlySpan<byte> path) => Hash(EntryPurpose, path);

    /// <summary>Identity of a folder; its path is empty or ends in a slash.</summary>
    public EntryId Folder(ReadOnlySpan<byte> path) => Hash(FolderPurpose, path);

    public bool HasKeyOf(NameHash other) => CryptographicOperations.FixedTimeEquals(_key, other._key);

    public void CopyKeyTo(Span<byte> destination) => _key.CopyTo(destination);

    public void Dispose()
    {
        _hashes.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    private EntryId Hash(byte purpose, ReadOnlySpan<byte> path)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var hmac = _hashes.Rent();
        hmac.AppendData([purpose]);
        hmac.AppendData(path);
        hmac.GetHashAndReset(hash);
        _hashes.Return(hmac);
        return EntryId.Read(hash);
    }
}
