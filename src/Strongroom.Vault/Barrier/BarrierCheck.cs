using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>One entry that does not open.</summary>
/// <param name="Entry">Its identity in storage, as hexadecimal digits. The name is inside what does not open.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record DamagedEntry(string Entry, string Reason);

/// <summary>What opening every entry found.</summary>
/// <param name="Entries">How many entries there are, header included.</param>
/// <param name="Folders">How many of them are folders.</param>
/// <param name="OldTerms">How many are sealed with the key of an earlier term; that is no fault.</param>
/// <param name="Damaged">Those that do not open.</param>
public sealed record BarrierReport(long Entries, long Folders, long OldTerms, IReadOnlyList<DamagedEntry> Damaged);

/// <summary>Opens every entry and checks that it lies where its name belongs.</summary>
internal static class BarrierCheck
{
    public static async ValueTask<BarrierReport> RunAsync(VaultBarrier barrier, CancellationToken cancellationToken)
    {
        long entries = 0, folders = 0, oldTerms = 0;
        var damaged = new List<DamagedEntry>();
        await foreach (var entry in barrier.Storage.ScanAsync(cancellationToken))
        {
            entries++;
            // The header was checked when the vault was opened.
            if (VaultHeader.IsPartOfHeader(entry.Id)) continue;
            try
            {
                using var opened = await barrier.OpenAsync(entry, cancellationToken);
                var path = opened.Path;
                if (!LiesRight(barrier.Keyring.Names, entry, path)) throw EntryFormat.Damaged("bears another name");
                if (path.EndsWith("/"u8)) folders++;
                if (EntryFormat.Term(entry.Sealed.Span) < barrier.Keyring.Current.Term) oldTerms++;
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Corrupt)
            {
                damaged.Add(new DamagedEntry(entry.Id.ToString(), e.Reason));
            }
        }
        return new BarrierReport(entries, folders, oldTerms, damaged);
    }

    private static bool LiesRight(NameHash names, in StoredEntry entry, ReadOnlySpan<byte> path)
    {
        if (names.Entry(path) != entry.Id) return false;
        if (entry.Folder == EntryId.None) return true;
        // The marker of a folder lies in the folder above it.
        var name = path.EndsWith("/"u8) ? path[..^1] : path;
        return names.Folder(path[..(name.LastIndexOf((byte)'/') + 1)]) == entry.Folder;
    }
}
