using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Storage.Sqlite;

/// <summary>The embedded vault of a store, in its file.</summary>
public static class VaultFile
{
    /// <summary>Opens it; the vault owns the file from then on.</summary>
    /// <param name="store">Name of the store, for messages.</param>
    /// <param name="root">Folder of the project, from which messages name the file.</param>
    /// <param name="place">Where its parts are.</param>
    /// <param name="seal">Finds what opens a vault of this header; it is disposed here.</param>
    /// <param name="options">How it is opened.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SecretException">Sealed when there is no vault or the seal does not open it; Corrupt when the file holds none.</exception>
    public static async Task<EmbeddedVault> OpenAsync(
        string store, string root, VaultPlace place, Func<VaultHeader, VaultSeal> seal, EmbeddedVaultOptions options, CancellationToken cancellationToken)
    {
        if (!File.Exists(place.DatabasePath))
        {
            throw new SecretException(
                SecretErrorKind.Sealed, $"there is no vault at {Path.GetRelativePath(root, place.DatabasePath)}", store,
                help: "run strongroom init to make one, or restore it from a backup");
        }
        var storage = SqliteStorage.Open(place.DatabasePath);
        try
        {
            var header = await VaultHeader.ReadAsync(storage, cancellationToken) ?? throw new SecretException(
                SecretErrorKind.Corrupt, "the file holds no vault", store, help: "init was interrupted; run strongroom init again");
            using var opener = seal(header);
            return await EmbeddedVault.OpenAsync(storage, opener, options, cancellationToken);
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }
}
