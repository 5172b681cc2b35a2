using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Vault;

/// <summary>Lets several vaults, one after the other or at once, use one storage: closing it does nothing.</summary>
internal class SharedStorage(VaultStorage inner) : VaultStorage
{
    public override ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken) => inner.GetSequenceAsync(cancellationToken);

    public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken) => inner.GetAsync(id, cancellationToken);

    public override ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken) =>
        inner.ListAsync(folder, cancellationToken);

    public override IAsyncEnumerable<StoredEntry> ScanAsync(CancellationToken cancellationToken) => inner.ScanAsync(cancellationToken);

    public override ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken) =>
        inner.CommitAsync(changes, cancellationToken);

    public override ValueTask VerifyAsync(CancellationToken cancellationToken) => inner.VerifyAsync(cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
