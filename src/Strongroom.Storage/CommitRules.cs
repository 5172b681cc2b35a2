using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage;

/// <summary>What every storage refuses before it looks at its state.</summary>
internal static class CommitRules
{
    public static void Check(IReadOnlyList<StorageChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        for (var i = 0; i < changes.Count; i++)
        {
            if (Fault(changes[i], i) is { } fault)
            {
                throw new SecretException(SecretErrorKind.InvalidInput, $"change {i} of a commit: {fault}", operation: "commit");
            }
        }
    }

    private static string? Fault(in StorageChange change, int index) => change.Kind switch
    {
        StorageChangeKind.Clear => index > 0 ? "only the first one can clear the storage"
            : change.Id != EntryId.None || change.ExpectedRevision is not null ? "clearing names no entry and expects nothing" : null,
        _ when change.Id == EntryId.None => "an entry needs an identity",
        StorageChangeKind.Put when change.Sealed.Length > VaultStorage.SealedLengthMax => TooLong(change),
        StorageChangeKind.PutIfAbsent when change.Sealed.Length > VaultStorage.SealedLengthMax => TooLong(change),
        StorageChangeKind.PutIfAbsent or StorageChangeKind.DeleteIfFolderEmpty when change.ExpectedRevision is not null =>
            $"{change.Kind} cannot expect a revision, since it never conflicts",
        StorageChangeKind.DeleteIfFolderEmpty when change.MustBeEmpty == EntryId.None => "no folder given that must be empty",
        < StorageChangeKind.Put or > StorageChangeKind.Clear => "unknown kind",
        _ => null,
    };

    private static string TooLong(in StorageChange change) =>
        $"an entry of {change.Sealed.Length} bytes is over the limit of {VaultStorage.SealedLengthMax}";
}
