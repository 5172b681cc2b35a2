using Strongroom.Secrets;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>What can be known of a vault without its key.</summary>
/// <param name="VaultId">Identity of the vault; its key file is named after it.</param>
/// <param name="SealKind">Which kind of seal opens it.</param>
public sealed record VaultHeader(Guid VaultId, string SealKind)
{
    /// <summary>Where the seal record lies. Well known: no keyed hash will ever give such a small number.</summary>
    internal static readonly EntryId SealRecordId = new(0, 1);

    /// <summary>Where the keyring lies.</summary>
    internal static readonly EntryId KeyringId = new(0, 2);

    /// <summary>Where a mark lies from the making of a vault until its keys were handed over.</summary>
    internal static readonly EntryId HandoverId = new(0, 3);

    /// <summary>Whether an entry is one of those that lie under no data key.</summary>
    internal static bool IsPartOfHeader(EntryId id) => id == SealRecordId || id == KeyringId || id == HandoverId;

    /// <summary>The header of the vault in a storage, or null when there is no vault in it.</summary>
    public static async ValueTask<VaultHeader?> ReadAsync(VaultStorage storage, CancellationToken cancellationToken)
    {
        if (await storage.GetAsync(SealRecordId, cancellationToken) is not { } stored) return null;
        var record = SealRecord.Decode(stored.Sealed.Span);
        return new VaultHeader(record.VaultId, record.SealKind);
    }

    internal static async ValueTask<(SealRecord Record, long Revision)> RequireAsync(VaultStorage storage, CancellationToken cancellationToken) =>
        await storage.GetAsync(SealRecordId, cancellationToken) is { } stored
            ? (SealRecord.Decode(stored.Sealed.Span), stored.Revision)
            : throw new SecretException(SecretErrorKind.NotFound, "there is no vault here", operation: "open", help: "run strongroom init");
}
