using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.CrashWriter;

/// <summary>Changes the keys of a vault again and again, and acknowledges each change.</summary>
public static class KeyWriter
{
    public static string KeyPath(string folder) => Path.Combine(folder, "keys", "vault.key");

    /// <summary>Opens a vault that is sealed by a key file.</summary>
    public static async Task<EmbeddedVault> OpenAsync(string folder)
    {
        var options = VaultWriter.Options(folder);
        using var seal = KeyFileSeal.Open(KeyPath(folder), options.Random);
        return await EmbeddedVault.OpenAsync(SqliteStorage.Open(Path.Combine(folder, "vault.db")), seal, options, CancellationToken.None);
    }

    /// <summary>Begins new terms in a vault of <see cref="VaultWriter"/>, while others may be writing to it.</summary>
    public static async Task RotateAsync(string folder)
    {
        await using var vault = await VaultWriter.OpenAsync(folder);
        while (true) Acknowledgements.Write($"{await vault.RotateKeyAsync(CancellationToken.None)}");
    }

    /// <summary>Replaces the key file of a vault.</summary>
    public static async Task ReplaceAsync(string folder)
    {
        await using var vault = await OpenAsync(folder);
        for (var number = 1; ; number++)
        {
            await vault.ReplaceKeyFileAsync(KeyPath(folder), CancellationToken.None);
            Acknowledgements.Write($"{number}");
        }
    }
}
