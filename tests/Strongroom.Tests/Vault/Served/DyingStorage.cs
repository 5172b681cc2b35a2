using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Vault.Served;

/// <summary>A process that dies at a commit, before or after it happened: nothing reaches the storage afterwards.</summary>
internal sealed class DyingStorage(VaultStorage inner, int commit, bool afterIt) : SharedStorage(inner)
{
    private int _commits;

    public bool IsDead { get; private set; }

    public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken) =>
        IsDead ? throw Dead() : base.GetAsync(id, cancellationToken);

    public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        if (IsDead) throw Dead();
        IsDead = ++_commits == commit;
        if (IsDead && !afterIt) throw Dead();
        var result = await base.CommitAsync(changes, cancellationToken);
        return IsDead ? throw Dead() : result;
    }

    private static SecretException Dead() => new(SecretErrorKind.Unreachable, "the process is dead");
}
