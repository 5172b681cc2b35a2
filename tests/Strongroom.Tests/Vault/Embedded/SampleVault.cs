using Strongroom.CrashWriter;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;

namespace Strongroom.Tests.Vault.Embedded;

/// <summary>The files of a vault with some secrets, and what is in them, to be damaged.</summary>
internal sealed class SampleVault
{
    public const string DatabaseName = "vault.db", LogName = "vault.db-wal", AuditName = "audit.log";
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The value of each secret; its field is <c>value</c>.</summary>
    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>The files after a clean close.</summary>
    public Dictionary<string, byte[]> Closed { get; } = [];

    /// <summary>The files while it is open: the later secrets are in the log of writes only.</summary>
    public Dictionary<string, byte[]> Open { get; } = [];

    public static async Task<SampleVault> MakeAsync()
    {
        var sample = new SampleVault();
        using var folder = new TemporaryFolder();
        var options = VaultWriter.Options(folder.Path);
        using (var seal = VaultWriter.Seal(options.Random))
        await using (var vault = await EmbeddedVault.CreateAsync(
            SqliteStorage.Create(folder.File(DatabaseName)), seal, VaultWorkshop.VaultId, options, None))
            await sample.FillAsync(vault, "early", 12);
        await using (var vault = await VaultWriter.OpenAsync(folder.Path))
        {
            await sample.FillAsync(vault, "late", 8);
            foreach (var name in new[] { DatabaseName, LogName, AuditName }) sample.Open[name] = File.ReadAllBytes(folder.File(name));
        }
        foreach (var name in new[] { DatabaseName, AuditName }) sample.Closed[name] = File.ReadAllBytes(folder.File(name));
        return sample;
    }

    /// <summary>Writes the files, changed by <paramref name="damage"/>, into a folder. A file without bytes is left out.</summary>
    public static void Write(Dictionary<string, byte[]> files, string folder, string name, Func<byte[], byte[]?> damage)
    {
        foreach (var (file, bytes) in files)
        {
            if ((file == name ? damage(bytes) : bytes) is not { } content) continue;
            var path = Path.Combine(folder, file);
            File.WriteAllBytes(path, content);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>
    /// Opens the vault and reads every secret. Returns the errors; throws when a value is wrong, a secret is "not found", or an error does
    /// not say what to do.
    /// </summary>
    public async Task<List<SecretException>> CheckAsync(string folder)
    {
        var errors = new List<SecretException>();
        try
        {
            await using var vault = await VaultWriter.OpenAsync(folder);
            foreach (var (path, value) in Secrets)
            {
                try
                {
                    using var secret = await vault.ReadAsync(path, version: null, None);
                    using var found = secret.Default();
                    if (found.RevealText() != value) throw new InvalidOperationException($"{path} has a wrong value");
                }
                catch (SecretException e)
                {
                    errors.Add(Checked(e));
                }
            }
        }
        catch (SecretException e)
        {
            errors.Add(Checked(e));
        }
        return errors;
    }

    private static SecretException Checked(SecretException error) =>
        error.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable || error.Help is null
            ? throw new InvalidOperationException($"{error.Kind}, help: {error.Help ?? "none"}", error)
            : error;

    private async Task FillAsync(EmbeddedVault vault, string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (path, text) = ($"{name}/folder{i % 3}/secret{i}", new string((char)('a' + i), 20 + (i * 200)));
            using var value = SecretValue.FromText(text);
            await vault.PutAsync(path, new SecretFields().Set("value", value), null, None);
            Secrets[path] = text;
        }
    }
}
