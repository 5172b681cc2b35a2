using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.CrashWriter;

/// <summary>
/// Writes the vaults that tests keep for each storage format, so that every later version is known to open them. Run it by hand when
/// a format is new, and never for one that was released: docs/storage-format.md tells how.
/// </summary>
public static class VectorWriter
{
    public const string Passphrase = "correct horse battery staple";
    public static readonly Guid VaultId = new("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    public static readonly DateTimeOffset Time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(string folder, string kind)
    {
        Directory.CreateDirectory(folder);
        var options = new EmbeddedVaultOptions { AuditPath = Path.Combine(folder, "audit.log"), UserName = "alice", Time = new StoppedClock() };
        using var seal = MakeSeal(kind, folder, options.Random);
        await using var vault = await EmbeddedVault.CreateAsync(
            SqliteStorage.Create(Path.Combine(folder, "vault.db")), seal, VaultId, options, CancellationToken.None);
        await FillAsync(vault, CancellationToken.None);
    }

    private static async Task FillAsync(EmbeddedVault vault, CancellationToken none)
    {
        await vault.PutAsync("development/GREETING", Value("destroyed"), null, none);
        using var bytes = SecretValue.FromBytes([0xff, 0x00, 0x80]);
        await vault.PutAsync("development/GREETING", new SecretFields().Set("value", bytes), null, none);
        await vault.RotateKeyAsync(none);
        await vault.PutAsync("development/GREETING", Value("grüß dich"), null, none);
        await vault.DestroyAsync("development/GREETING", [1], none);
        await vault.WriteMetadataAsync("development/GREETING", new Dictionary<string, string?> { ["owner"] = "team" }, none);
        using var json = SecretValue.FromText("""{"host":"localhost","port":5432,"tags":["a",null,true]}""");
        await vault.PutJsonAsync("development/deep/DATABASE", json, null, none);
        await vault.PutAsync("production/GREETING", Value("deleted"), null, none);
        await vault.DeleteAsync("production/GREETING", none);
        using var read = await vault.ReadAsync("development/GREETING", null, none);
    }

    private static SecretFields Value(string text) => new SecretFields().Set("value", SecretValue.FromText(text));

    private static VaultSeal MakeSeal(string kind, string folder, RandomNumberGenerator random) => kind switch
    {
        KeyFileSeal.KindName => KeyFileSeal.Create(Path.Combine(folder, "vault.key"), random),
        PassphraseSeal.KindName => new PassphraseSeal(SecretValue.FromText(Passphrase), random),
        _ => throw new ArgumentException($"no vectors are kept for seals of kind {kind}", nameof(kind)),
    };

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Time;
    }
}
