using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Snapshots;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>
/// The only holder of data keys. Above it are paths and plain values, below it keyed hashes and ciphertext. Safe for
/// concurrent use; reading takes no lock.
/// </summary>
internal sealed class VaultBarrier : IDisposable
{
    /// <summary>
    /// Commits of one term before the next begins. A commit seals at most <see cref="BarrierCommit.StepsMax"/> entries and is
    /// tried a few times at most, so a key stays below 2^31 random nonces, half of what AES-GCM allows.
    /// </summary>
    public const long TermCommitsMax = 1L << 20;

    private readonly byte[] _rootKey;
    private readonly SemaphoreSlim _keyringChange = new(1, 1);
    private volatile Keyring _keyring;
    private long _sequence;
    private long _sealRevision;
    private volatile bool _closed;

    private VaultBarrier(VaultStorage storage, RandomNumberGenerator random, Guid vaultId, byte[] rootKey, Keyring keyring, long sealRevision) =>
        (Storage, Random, VaultId, _rootKey, _keyring, _sequence, _sealRevision) =
        (storage, random, vaultId, rootKey, keyring, keyring.Revision, sealRevision);

    public Guid VaultId { get; }

    public VaultStorage Storage { get; }

    public RandomNumberGenerator Random { get; }

    public Keyring Keyring => _closed ? throw Closed() : _keyring;

    /// <summary>The highest storage sequence this barrier has seen.</summary>
    public long Sequence => Interlocked.Read(ref _sequence);

    /// <summary>Makes a new vault in an empty storage. Throws Conflict when there is one.</summary>
    public static async ValueTask<VaultBarrier> CreateAsync(
        VaultStorage storage, VaultSeal seal, Guid vaultId, RandomNumberGenerator random, CancellationToken cancellationToken,
        params StorageChange[] others)
    {
        var rootKey = Keyring.RandomKey(random);
        var keyring = Keyring.Generate(random);
        var record = await SealRecord.MakeAsync(vaultId, seal, rootKey, cancellationToken);
        var result = await storage.CommitAsync(
            [
                new(StorageChangeKind.Put, VaultHeader.SealRecordId, Sealed: record.Encode(), ExpectedRevision: 0),
                new(StorageChangeKind.Put, VaultHeader.KeyringId, Sealed: KeyringFormat.Seal(keyring, vaultId, rootKey, random), ExpectedRevision: 0),
                .. others,
            ],
            cancellationToken);
        if (result.Committed)
            return new VaultBarrier(storage, random, vaultId, rootKey, keyring with { Revision = result.Sequence }, result.Sequence);
        keyring.Dispose();
        CryptographicOperations.ZeroMemory(rootKey);
        throw new SecretException(SecretErrorKind.Conflict, "there is a vault already", operation: "create");
    }

    /// <summary>Opens the vault of a storage. Throws NotFound, Sealed or Corrupt.</summary>
    public static async ValueTask<VaultBarrier> OpenAsync(
        VaultStorage storage, VaultSeal seal, RandomNumberGenerator random, CancellationToken cancellationToken)
    {
        var (record, sealRevision) = await VaultHeader.RequireAsync(storage, cancellationToken);
        var rootKey = await record.UnwrapAsync(seal, cancellationToken);
        try
        {
            var keyring = await LoadKeyringAsync(storage, record.VaultId, rootKey, cancellationToken);
            return new VaultBarrier(storage, random, record.VaultId, rootKey, keyring, sealRevision);
        }
        catch
        {
            CryptographicOperations.ZeroMemory(rootKey);
            throw;
        }
    }

    public static SecretException Closed() => new(SecretErrorKind.Sealed, "the vault is closed", help: "open it again");

    /// <summary>Whether views that are made from now on remember the identities of paths.</summary>
    public bool RemembersNames { get; private set; }

    /// <summary>Has views remember the identities of paths: for a vault that is asked much, not for one that is opened for a moment.</summary>
    public void RememberNames() => RemembersNames = true;

    public BarrierView View(string prefix) => new(this, prefix);

    /// <summary>Opens an entry; when another process has begun a new term, fetches the keyring first.</summary>
    public async ValueTask<OpenedEntry> OpenAsync(StoredEntry entry, CancellationToken cancellationToken)
    {
        var term = EntryFormat.Term(entry.Sealed.Span);
        var keyring = Keyring;
        if (keyring.Find(term) is not { } key)
        {
            await ReloadAsync(keyring, cancellationToken);
            key = Keyring.Find(term) ?? throw EntryFormat.Damaged($"names the unknown key term {term}");
        }
        return EntryFormat.Open(key, entry);
    }

    /// <summary>Begins a new term: everything written from now on is sealed with a new key. Returns the term.</summary>
    public async ValueTask<(uint Term, long Sequence)> RotateAsync(CancellationToken cancellationToken)
    {
        await _keyringChange.WaitAsync(cancellationToken);
        try
        {
            return await BeginTermAsync(cancellationToken);
        }
        finally
        {
            _keyringChange.Release();
        }
    }

    /// <summary>
    /// Puts the vault under another seal, in one commit. The root key changes too, so that whoever kept the old seal and an old copy
    /// of the header cannot open the new one. This barrier and those of other processes must be opened again afterwards.
    /// </summary>
    public async ValueTask<long> ResealAsync(VaultSeal seal, CancellationToken cancellationToken)
    {
        await _keyringChange.WaitAsync(cancellationToken);
        var rootKey = Keyring.RandomKey(Random);
        try
        {
            var keyring = Keyring;
            var (_, revision) = await VaultHeader.RequireAsync(Storage, cancellationToken);
            var record = await SealRecord.MakeAsync(VaultId, seal, rootKey, cancellationToken);
            var result = await Storage.CommitAsync(
                [
                    new(StorageChangeKind.Put, VaultHeader.SealRecordId, Sealed: record.Encode(), ExpectedRevision: revision),
                    PutKeyring(keyring, rootKey),
                ],
                cancellationToken);
            if (!result.Committed)
                throw new SecretException(SecretErrorKind.Conflict, "the keys were changed by another process", operation: "reseal", help: "try again");
            rootKey.CopyTo(_rootKey, 0);
            _sealRevision = result.Sequence;
            Install(keyring with { Revision = result.Sequence });
            return result.Sequence;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(rootKey);
            _keyringChange.Release();
        }
    }

    /// <summary>The sums of a snapshot under the root key.</summary>
    public byte[] SealSums(ReadOnlySpan<byte> sums)
    {
        var wrapped = new byte[sums.Length + KeyWrap.Overhead];
        KeyWrap.Wrap(_closed ? throw Closed() : _rootKey, sums, SumsContext(), Random, wrapped);
        return wrapped;
    }

    /// <summary>Whether a snapshot was made of this vault, since its root key changed last.</summary>
    public bool IsOwn(Snapshot snapshot)
    {
        var sums = new byte[snapshot.Sums.Length];
        if (snapshot.Record.VaultId != VaultId || !KeyWrap.TryUnwrap(_closed ? throw Closed() : _rootKey, snapshot.SealedSums, SumsContext(), sums)) return false;
        return sums.AsSpan().SequenceEqual(snapshot.Sums);
    }

    /// <summary>
    /// Puts a snapshot in the place of everything that is stored, in one commit. Afterwards this barrier can write nothing any more:
    /// the vault must be opened again. Not to be cancelled.
    /// </summary>
    public async ValueTask<long> RestoreAsync(Snapshot snapshot)
    {
        var result = await Storage.CommitAsync([new StorageChange(StorageChangeKind.Clear, EntryId.None), .. snapshot.Entries], CancellationToken.None);
        return result.Committed
            ? result.Sequence
            : throw new SecretException(SecretErrorKind.InvalidInput, "failed to read snapshot file: it has an entry twice");
    }

    /// <summary>A barrier over what is stored now, when the root key is still the same; else null. This one stays as it is.</summary>
    public async ValueTask<VaultBarrier?> TryReopenAsync(CancellationToken cancellationToken)
    {
        var (record, sealRevision) = await VaultHeader.RequireAsync(Storage, cancellationToken);
        var rootKey = GC.AllocateUninitializedArray<byte>(_rootKey.Length, pinned: true);
        _rootKey.CopyTo(rootKey, 0);
        try
        {
            return new VaultBarrier(Storage, Random, record.VaultId, rootKey, await LoadKeyringAsync(Storage, record.VaultId, rootKey, cancellationToken), sealRevision);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Corrupt)
        {
            CryptographicOperations.ZeroMemory(rootKey);
            return null;
        }
    }

    /// <summary>Notes the sequence of a commit, and begins a new term when the current one has served long enough.</summary>
    public async ValueTask CommittedAsync(long sequence, CancellationToken cancellationToken)
    {
        InterlockedMax(sequence);
        if (!HasServed(sequence)) return;
        await _keyringChange.WaitAsync(cancellationToken);
        try
        {
            // Of the many who see the end of a term, the first begins the next one.
            if (HasServed(sequence)) await BeginTermAsync(cancellationToken);
        }
        catch (SecretException)
        {
            // The commit is made and must not be told as failed. A term may well serve longer; the next commit tries again.
        }
        finally
        {
            _keyringChange.Release();
        }

        bool HasServed(long now) => now - Keyring.Current.BeganAtSequence >= TermCommitsMax;
    }

    /// <summary>Brings the given snapshot up to what is stored, unless someone has done so already.</summary>
    public async ValueTask ReloadAsync(Keyring seen, CancellationToken cancellationToken)
    {
        await _keyringChange.WaitAsync(cancellationToken);
        try
        {
            if (ReferenceEquals(seen, Keyring)) await LoadLaterAsync(cancellationToken);
        }
        finally
        {
            _keyringChange.Release();
        }
    }

    /// <summary>Zeroes all keys. Whoever still uses the barrier meets Sealed.</summary>
    public void Dispose()
    {
        _closed = true;
        _keyring.Dispose();
        CryptographicOperations.ZeroMemory(_rootKey);
        _keyringChange.Dispose();
    }

    private async ValueTask<(uint Term, long Sequence)> BeginTermAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var began = await Storage.GetSequenceAsync(cancellationToken);
            var next = Keyring.NextTerm(began, Random);
            var result = await Storage.CommitAsync([PutKeyring(next, _rootKey)], cancellationToken);
            if (result.Committed)
            {
                Install(next with { Revision = result.Sequence });
                return (next.Current.Term, result.Sequence);
            }
            next.Current.Dispose();
            await LoadLaterAsync(cancellationToken);
        }
    }

    private async ValueTask LoadLaterAsync(CancellationToken cancellationToken)
    {
        try
        {
            Install(Keyring.Continue(await LoadKeyringAsync(Storage, VaultId, _rootKey, cancellationToken)));
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Corrupt)
        {
            if ((await VaultHeader.RequireAsync(Storage, cancellationToken)).Revision == _sealRevision) throw;
            throw new SecretException(SecretErrorKind.Sealed, "the seal was changed since this vault was opened", help: "open it again", inner: e);
        }
    }

    private static async ValueTask<Keyring> LoadKeyringAsync(
        VaultStorage storage, Guid vaultId, byte[] rootKey, CancellationToken cancellationToken)
    {
        if (await storage.GetAsync(VaultHeader.KeyringId, cancellationToken) is not { } stored)
            throw new SecretException(SecretErrorKind.Corrupt, "the keyring is missing", operation: "open", help: "restore the vault from a backup");
        return KeyringFormat.Open(stored.Sealed.Span, stored.Revision, vaultId, rootKey);
    }

    private StorageChange PutKeyring(Keyring keyring, ReadOnlySpan<byte> rootKey) => new(
        StorageChangeKind.Put, VaultHeader.KeyringId, Sealed: KeyringFormat.Seal(keyring, VaultId, rootKey, Random), ExpectedRevision: keyring.Revision);

    private byte[] SumsContext() => [.. "strongroom snapshot 1\0"u8, .. VaultId.ToByteArray(bigEndian: true)];

    /// <summary>Swaps the snapshot. Readers may hold the old one; its keys are those of the new one, so nothing is left to zero.</summary>
    private void Install(Keyring keyring)
    {
        _keyring = keyring;
        InterlockedMax(keyring.Revision);
    }

    private void InterlockedMax(long sequence)
    {
        var seen = Interlocked.Read(ref _sequence);
        while (sequence > seen)
        {
            var before = Interlocked.CompareExchange(ref _sequence, sequence, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
