using Strongroom.Vault.Barrier;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Served;

/// <summary>
/// Whether the keys of a new vault reached who asked for them. From the commit that makes the vault until then a mark lies in the storage: a
/// vault with the mark whose maker is gone counts as never made, because nobody may have its keys, and it holds no secret yet. Nothing waits for the
/// proof that there is no mark: were one hidden by damage, the vault would count as sealed for good, which it is.
/// </summary>
internal sealed class Handover(VaultStorage storage)
{
    private volatile bool _ended;
    private volatile TaskCompletionSource? _under;

    /// <summary>Whether this process is about to hand the keys over.</summary>
    public bool IsOurs => _under is not null;

    /// <summary>This process is about to hand the keys over.</summary>
    public void Begin() => _under = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until it is clear whether the keys arrived: what a request writes must not be in a vault that counts as never made.</summary>
    public ValueTask SettledAsync(CancellationToken cancellationToken) => _under is { } under ? new(under.Task.WaitAsync(cancellationToken)) : default;

    /// <summary>The change that leaves the mark, for the commit that makes the vault.</summary>
    public static StorageChange Mark => new(StorageChangeKind.Put, VaultHeader.HandoverId, Sealed: "SRHO"u8.ToArray(), ExpectedRevision: 0);

    /// <summary>Whether nobody can have the keys of the vault in the storage.</summary>
    public async ValueTask<bool> WasInterruptedAsync(CancellationToken cancellationToken)
    {
        if (_ended || IsOurs) return false;
        if (await storage.PeekAsync(VaultHeader.HandoverId, cancellationToken) is not null) return true;
        _ended = await storage.GetAsync(VaultHeader.SealRecordId, cancellationToken) is not null;
        return false;
    }

    /// <summary>The keys are where they belong: takes the mark away.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_ended) return;
        if (await storage.PeekAsync(VaultHeader.HandoverId, cancellationToken) is not null)
            await storage.CommitAsync([new StorageChange(StorageChangeKind.Delete, VaultHeader.HandoverId)], cancellationToken);
        _ended = true;
        Settle();
    }

    /// <summary>Looks again: the storage holds another vault now.</summary>
    public void Forget()
    {
        _ended = false;
        Settle();
    }

    /// <summary>Empties the storage of a vault whose keys nobody has.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        var changes = new List<StorageChange>();
        await foreach (var entry in storage.ScanAsync(cancellationToken)) changes.Add(new StorageChange(StorageChangeKind.Delete, entry.Id, ExpectedRevision: entry.Revision));
        if (!(await storage.CommitAsync(changes, cancellationToken)).Committed) throw BarrierCommit.Raced();
    }

    private void Settle()
    {
        var under = _under;
        _under = null;
        under?.TrySetResult();
    }
}
