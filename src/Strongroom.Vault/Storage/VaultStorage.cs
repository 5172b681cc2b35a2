using System.Buffers.Binary;

namespace Strongroom.Vault.Storage;

/// <summary>
/// Keyed hash of a path (the first 128 bits of an HMAC-SHA-256). Storage sees these and never a name, so a stolen database
/// shows neither values nor names.
/// </summary>
/// <param name="High">The first eight bytes, as a big-endian number. Two halves, because code over <see cref="UInt128"/> is not precompiled.</param>
/// <param name="Low">The last eight bytes.</param>
public readonly record struct EntryId(ulong High, ulong Low) : IComparable<EntryId>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    /// <summary>The folder of entries that no listing shows.</summary>
    public static EntryId None => default;

    /// <summary>The identity that the first 16 bytes stand for.</summary>
    public static EntryId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes the 16 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>The order of the bytes.</summary>
    public int CompareTo(EntryId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>Equal in every bit.</summary>
    public bool Equals(EntryId other) => High == other.High && Low == other.Low;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Low;

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}

/// <summary>One sealed entry as it lies in storage.</summary>
/// <param name="Id">Identity of the entry.</param>
/// <param name="Folder">The folder that lists it, or <see cref="EntryId.None"/>.</param>
/// <param name="Revision">The number of the commit that last wrote it.</param>
/// <param name="Sealed">The ciphertext, as the barrier made it.</param>
public readonly record struct StoredEntry(EntryId Id, EntryId Folder, long Revision, ReadOnlyMemory<byte> Sealed);

/// <summary>What a <see cref="StorageChange"/> does.</summary>
public enum StorageChangeKind
{
    /// <summary>Writes the entry, if the expectation holds.</summary>
    Put,

    /// <summary>Removes the entry, if the expectation holds. Removing what is not there is no error when nothing is expected.</summary>
    Delete,

    /// <summary>Writes the entry unless there is one; then it does nothing. Never a conflict.</summary>
    PutIfAbsent,

    /// <summary>Removes the entry if no entry lies in the folder <see cref="StorageChange.MustBeEmpty"/>. Never a conflict.</summary>
    DeleteIfFolderEmpty,

    /// <summary>Changes nothing; the commit happens only if the entry is at the expected revision.</summary>
    Check,

    /// <summary>Removes every entry, for putting a snapshot in their place. Only as the first change of a commit; names no entry.</summary>
    Clear,
}

/// <summary>One change of a commit. Changes take effect in their order; a later one sees the earlier ones.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Id">The entry.</param>
/// <param name="Folder">For the puts, the folder that lists it.</param>
/// <param name="Sealed">For the puts, the ciphertext.</param>
/// <param name="ExpectedRevision">Null expects nothing, 0 that the entry is absent, another number that revision.</param>
/// <param name="MustBeEmpty">For <see cref="StorageChangeKind.DeleteIfFolderEmpty"/>, the folder looked at.</param>
public readonly record struct StorageChange(
    StorageChangeKind Kind, EntryId Id, EntryId Folder = default, ReadOnlyMemory<byte> Sealed = default,
    long? ExpectedRevision = null, EntryId MustBeEmpty = default);

/// <summary>The outcome of a commit.</summary>
/// <param name="Sequence">Number of this commit, greater than every earlier one, when it happened; 0 when it did not.</param>
/// <param name="ConflictIndex">Index of the first change whose expectation did not hold; -1 when all did.</param>
public readonly record struct CommitResult(long Sequence, int ConflictIndex)
{
    /// <summary>True when every change is durable; false when none was made.</summary>
    public bool Committed => ConflictIndex < 0;
}

/// <summary>
/// Bytes under the barrier: get, list and one atomic commit. There is no second write path, so that crash tests over it are
/// exhaustive. Failures are <see cref="Strongroom.Secrets.SecretException"/> of the kinds Corrupt, StorageFull, ReadOnly and
/// Unreachable (locked for too long), and InvalidInput for a change without identity, over a limit or contradicting itself; after
/// any of them the state is the one before. Members may be called concurrently.
/// </summary>
public abstract class VaultStorage : IAsyncDisposable
{
    /// <summary>The largest ciphertext of one entry, in bytes: 2 MiB.</summary>
    public const int SealedLengthMax = 2 * 1024 * 1024;

    /// <summary>The number of the last commit; 0 for a new storage. Every acknowledged commit is at or below it.</summary>
    public abstract ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken);

    /// <summary>The entry, or null when there is none.</summary>
    public abstract ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken);

    /// <summary>
    /// The entry, or null when none is found, without the proof that there is none for which <see cref="GetAsync"/> may have to wait. For what does no
    /// harm when damage hides it.
    /// </summary>
    public virtual ValueTask<StoredEntry?> PeekAsync(EntryId id, CancellationToken cancellationToken) => GetAsync(id, cancellationToken);

    /// <summary>All entries of a folder, in no order. Consistent: one moment's state.</summary>
    public abstract ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken);

    /// <summary>Every entry, for re-encryption, verification and backup. Consistent: one moment's state.</summary>
    public abstract IAsyncEnumerable<StoredEntry> ScanAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes all changes or none, durable before it returns. Concurrent commits may share one flush. Cancelling stops the
    /// waiting and not the commit: the outcome is then unknown. The changes and their ciphertext belong to the storage from
    /// now on, which may keep them: nobody writes to them any more.
    /// </summary>
    public abstract ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken);

    /// <summary>Checks every stored byte that storage can check; throws Corrupt with what it found.</summary>
    public abstract ValueTask VerifyAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
