using System.Globalization;
using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.CrashWriter;

/// <summary>
/// Several writers that put new versions of their own secrets through the whole vault, and acknowledge each as
/// "writer key version".
/// </summary>
public static class VaultWriter
{
    public const int Writers = 4;
    public const int Keys = 3;

    public static string Folder(int run, int writer) => $"run{run}/writer{writer}";

    public static string Path(int run, int writer, int key) => $"{Folder(run, writer)}/key{key}";

    public static string Value(int run, int writer, int key, int version) => $"{run}.{writer}.{key}.{version}";

    public static StaticKeySeal Seal(RandomNumberGenerator random) => new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="u8, random);

    public static EmbeddedVaultOptions Options(string folder) =>
        new() { AuditPath = System.IO.Path.Combine(folder, "audit.log"), UserName = "crash" };

    public static async Task<EmbeddedVault> OpenAsync(string folder)
    {
        var options = Options(folder);
        return await EmbeddedVault.OpenAsync(
            SqliteStorage.Open(System.IO.Path.Combine(folder, "vault.db")), Seal(options.Random), options, CancellationToken.None);
    }

    public static async Task RunAsync(string folder, int run)
    {
        await using var vault = await OpenAsync(folder);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(vault, run, writer))));
    }

    private static async Task WriteAsync(EmbeddedVault vault, int run, int writer)
    {
        for (var step = 0; ; step++)
        {
            var (key, version) = (step % Keys, (step / Keys) + 1);
            using var value = SecretValue.FromText(Value(run, writer, key, version));
            // Two fields, so that half of a write would show.
            var fields = new SecretFields().Set("a", value).Set("b", value);
            var written = await vault.PutAsync(Path(run, writer, key), fields, expectedVersion: version - 1, CancellationToken.None);
            Acknowledgements.Write(string.Create(CultureInfo.InvariantCulture, $"{writer} {key} {written}"));
        }
    }
}
