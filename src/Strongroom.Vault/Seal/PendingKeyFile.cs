using System.Security.Cryptography;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Vault.Native;

namespace Strongroom.Vault.Seal;

/// <summary>
/// A key file on its way into the place of another. It lies beside it as <c>.new</c> from before the commit that puts the vault under it
/// until the rename after that commit. A crash may leave it at any step: then exactly one of the two fits the vault. Whoever opens the
/// vault tries both, and whoever replaces the key again settles first which one it is.
/// </summary>
internal static class PendingKeyFile
{
    public static string PathOf(string path) => path + ".new";

    /// <summary>
    /// Keeps all other replacements of key files in the folder away until disposed of. Without it one could remove the pending key
    /// of another whose commit is under way. Throws Conflict when there is one.
    /// </summary>
    public static IDisposable Take(string path)
    {
        var folder = FolderOf(path);
        PrivateFile.CreateFolder(folder);
        return Posix.TryLockFolder(folder) ?? throw new SecretException(
            SecretErrorKind.Conflict, "another process is replacing a key file beside it", operation: "reseal", name: path, help: "try again");
    }

    /// <summary>Ends a replacement that a crash interrupted: the pending file takes its place if it fits the vault, and goes if it does not.</summary>
    public static async ValueTask SettleAsync(string path, SealRecord record, RandomNumberGenerator random, CancellationToken cancellationToken)
    {
        var pending = PathOf(path);
        if (!File.Exists(pending)) return;
        if (await FitsAsync(pending, record, random, cancellationToken)) Finish(path);
        else File.Delete(pending);
    }

    /// <summary>Puts the pending file into its place, durably.</summary>
    public static void Finish(string path)
    {
        try
        {
            File.Move(PathOf(path), path, overwrite: true);
            FolderFlush.Flush(FolderOf(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "reseal", path);
        }
    }

    /// <summary>
    /// Puts it into its place after it opened the vault. Leaves that to the next one when another process is at it, or when the file is
    /// no longer the one that fitted.
    /// </summary>
    public static void FinishIfFree(string path, Func<KeyFileSeal, bool> isTheOne, RandomNumberGenerator random)
    {
        using var turn = Posix.TryLockFolder(FolderOf(path));
        if (turn is null) return;
        try
        {
            using (var pending = KeyFileSeal.OpenFile(PathOf(path), random))
            {
                if (!isTheOne(pending)) return;
            }
            Finish(path);
        }
        catch (SecretException)
        {
            // The vault is open; the rename is for later.
        }
    }

    private static async ValueTask<bool> FitsAsync(string path, SealRecord record, RandomNumberGenerator random, CancellationToken cancellationToken)
    {
        try
        {
            using var seal = KeyFileSeal.OpenFile(path, random);
            return await record.FitsAsync(seal, cancellationToken);
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.Sealed or SecretErrorKind.Malformed)
        {
            return false;
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
