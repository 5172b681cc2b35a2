using Strongroom.Vault.Storage;

namespace Strongroom.Tests.Vault;

/// <summary>Storage whose entries an attacker may change on their way to the vault.</summary>
internal sealed class TamperStorage(VaultStorage inner) : SharedStorage(inner)
{
    public Func<StoredEntry, StoredEntry>? Tamper { get; set; }

    public override async ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
    {
        var entry = await base.GetAsync(id, cancellationToken);
        return entry is { } found && Tamper is not null ? Tamper(found) : entry;
    }
}
