using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>
/// Collects changes to entries and makes them in one atomic commit. Listed entries bring the markers of their folders with
/// them and take the empty ones away, so that listings are exact. Values given must stay unchanged until the commit is done.
/// </summary>
internal sealed class BarrierCommit(VaultBarrier barrier)
{
    /// <summary>The most entries that one commit writes or removes, markers included.</summary>
    public const int StepsMax = 1024;

    private const int KeyringRetriesMax = 8;

    private readonly List<Step> _steps = [];
    private StorageChange[] _sealed = [];

    /// <summary>Writes an entry that no listing shows.</summary>
    public void Put(BarrierView view, string path, ReadOnlyMemory<byte> value, long? expectedRevision = null) =>
        Add(new Step(StorageChangeKind.Put, view.FullPath(path), FolderLength: -1, value, expectedRevision));

    /// <summary>Writes an entry that its folder lists.</summary>
    public void PutListed(BarrierView view, string path, ReadOnlyMemory<byte> value, long? expectedRevision = null)
    {
        var full = view.FullPath(path);
        // An entry known to exist has its markers: they were made with it.
        if (expectedRevision is null or 0)
        {
            foreach (var (marker, folderLength) in Markers(full, view.PrefixLength))
                Add(new Step(StorageChangeKind.PutIfAbsent, marker, folderLength, default, null));
        }
        Add(new Step(StorageChangeKind.Put, full, FolderLength(full), value, expectedRevision));
    }

    /// <summary>Removes an entry that no listing shows.</summary>
    public void Delete(BarrierView view, string path) =>
        Add(new Step(StorageChangeKind.Delete, view.FullPath(path), FolderLength: -1, default, null));

    /// <summary>Changes nothing, but lets the commit happen only while the entry is at this revision.</summary>
    public void Check(BarrierView view, string path, long expectedRevision) =>
        Add(new Step(StorageChangeKind.Check, view.FullPath(path), FolderLength: -1, default, expectedRevision));

    /// <summary>The failure of a commit whose expected revisions did not hold, where trying again is the caller's affair.</summary>
    public static SecretException Raced() =>
        new(SecretErrorKind.Conflict, "it was changed by another request at the same time", help: "try again");

    /// <summary>Removes a listed entry and the folders that it leaves empty.</summary>
    public void DeleteListed(BarrierView view, string path, long? expectedRevision = null)
    {
        var full = view.FullPath(path);
        Add(new Step(StorageChangeKind.Delete, full, FolderLength(full), default, expectedRevision));
        var markers = Markers(full, view.PrefixLength);
        for (var i = markers.Count - 1; i >= 0; i--)
            Add(new Step(StorageChangeKind.DeleteIfFolderEmpty, markers[i].Path, markers[i].FolderLength, default, null));
    }

    /// <summary>
    /// Makes all changes, durably, and returns the commit's sequence; null when an expected revision did not hold. Cancelling keeps it from
    /// beginning and not from ending: what is kept in memory of the storage must learn how it ended.
    /// </summary>
    public async ValueTask<long?> CommitAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var keyring = barrier.Keyring;
            _sealed = Seal(keyring);
            var result = await barrier.Storage.CommitAsync(_sealed, CancellationToken.None);
            if (result.Committed)
            {
                await barrier.CommittedAsync(result.Sequence, CancellationToken.None);
                return result.Sequence;
            }
            if (result.ConflictIndex != 0) return null;
            if (attempt == KeyringRetriesMax) throw new SecretException(SecretErrorKind.Conflict, "the keys change faster than one can write");
            await barrier.ReloadAsync(keyring, cancellationToken);
        }
    }

    /// <summary>The ciphertext that was written for an entry, after the commit: what storage gives out for it until the next one.</summary>
    public ReadOnlyMemory<byte> SealedOf(EntryId id)
    {
        foreach (var change in _sealed)
        {
            if (change.Id == id) return change.Sealed;
        }
        return default;
    }

    private StorageChange[] Seal(Keyring keyring)
    {
        var changes = new StorageChange[_steps.Count + 1];
        // Nothing may be sealed under a term that has ended elsewhere.
        changes[0] = new StorageChange(StorageChangeKind.Check, VaultHeader.KeyringId, ExpectedRevision: keyring.Revision);
        for (var i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            var id = keyring.Names.Entry(step.Path);
            var folder = step.FolderLength < 0 ? EntryId.None : keyring.Names.Folder(step.Path.AsSpan(0, step.FolderLength));
            changes[i + 1] = step.Kind switch
            {
                StorageChangeKind.Delete or StorageChangeKind.Check => new(step.Kind, id, ExpectedRevision: step.ExpectedRevision),
                StorageChangeKind.DeleteIfFolderEmpty => new(step.Kind, id, MustBeEmpty: keyring.Names.Folder(step.Path)),
                _ => new(
                    step.Kind, id, folder, EntryFormat.Seal(keyring.Current, id, folder, step.Path, step.Value.Span, barrier.Random), step.ExpectedRevision),
            };
        }
        return changes;
    }

    private void Add(Step step)
    {
        if (_steps.Count == StepsMax) throw new SecretException(SecretErrorKind.InvalidInput, $"more than {StepsMax} changes at once");
        _steps.Add(step);
    }

    /// <summary>The folders between prefix and entry, outermost first: the marker of <c>a/b/</c> is an entry of that path in <c>a/</c>.</summary>
    private static List<(byte[] Path, int FolderLength)> Markers(byte[] full, int prefixLength)
    {
        var markers = new List<(byte[], int)>();
        var folderLength = prefixLength;
        for (var i = prefixLength; i < full.Length; i++)
        {
            if (full[i] != (byte)'/') continue;
            markers.Add((full[..(i + 1)], folderLength));
            folderLength = i + 1;
        }
        return markers;
    }

    private static int FolderLength(ReadOnlySpan<byte> full) => full.LastIndexOf((byte)'/') + 1;

    /// <param name="Kind">What storage is to do.</param>
    /// <param name="Path">Full path of the entry.</param>
    /// <param name="FolderLength">How much of the path is its folder; -1 when no folder lists it.</param>
    /// <param name="Value">The plain value.</param>
    /// <param name="ExpectedRevision">As in <see cref="StorageChange"/>.</param>
    private readonly record struct Step(StorageChangeKind Kind, byte[] Path, int FolderLength, ReadOnlyMemory<byte> Value, long? ExpectedRevision);
}
