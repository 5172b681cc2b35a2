using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

/// <summary>Vaults written by earlier versions. This one must open them all; see docs/storage-format.md.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class VectorTests : IDisposable
{
    private const string Passphrase = "correct horse battery staple";

    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("v1", "key-file")]
    [InlineData("v1", "passphrase")]
    public async Task Open_of_an_older_vault_gives_all_it_holds(string format, string kind)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Vectors", format, kind)))
        {
            var copy = Path.Combine(_workshop.Folder, Path.GetFileName(file));
            File.Copy(file, copy);
            // A checkout does not keep modes.
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        using var seal = OpenSeal(kind);
        await using var vault = await EmbeddedVault.OpenAsync(
            SqliteStorage.Open(Path.Combine(_workshop.Folder, "vault.db")), seal, _workshop.Options, default);

        (await vault.VerifyAsync(default)).IsIntact.ShouldBeTrue();
        vault.VaultId.ShouldBe(VaultWorkshop.VaultId);
        (await vault.ListAsync("", recursive: true, default)).ShouldBe(["development/GREETING", "development/deep/DATABASE", "production/GREETING"]);
        using var greeting = await vault.ReadAsync("development/GREETING", null, default);
        greeting.Version.ShouldBe(3);
        greeting.Default().RevealText().ShouldBe("grüß dich");
        using var bytes = await vault.ReadAsync("development/GREETING", 2, default);
        bytes.Default().Reveal().ToArray().ShouldBe([0xff, 0x00, 0x80]);
        (await vault.HistoryAsync("development/GREETING", default))[0].Destroyed.ShouldBeTrue();
        (await vault.ReadMetadataAsync("development/GREETING", default)).Custom["owner"].ShouldBe("team");
        using var database = await vault.ReadAsync("development/deep/DATABASE", null, default);
        database.Json.RevealText().ShouldBe("""{"host":"localhost","port":5432,"tags":["a",null,true]}""");
        (await vault.HistoryAsync("production/GREETING", default))[0].DeletedAt.ShouldBe(_workshop.Time.GetUtcNow());
    }

    /// <summary>Writes the vectors of the current format. Run by hand when a format is new, and never for one that was released.</summary>
    [Theory(Explicit = true)]
    [InlineData("v1", "key-file")]
    [InlineData("v1", "passphrase")]
    public async Task Write_vectors(string format, string kind)
    {
        using var seal = kind == "key-file" ? KeyFileSeal.Create(Path.Combine(_workshop.Folder, "vault.key"), _workshop.Random) : OpenSeal(kind);
        await using (var vault = await EmbeddedVault.CreateAsync(
            SqliteStorage.Create(Path.Combine(_workshop.Folder, "vault.db")), seal, VaultWorkshop.VaultId, _workshop.Options, default))
        {
            await vault.PutAsync("development/GREETING", VaultWorkshop.Fields("value", "destroyed"), null, default);
            await vault.PutAsync(
                "development/GREETING", new SecretFields().Set("value", SecretValue.FromBytes([0xff, 0x00, 0x80])), null, default);
            await vault.RotateKeyAsync(default);
            await vault.PutAsync("development/GREETING", VaultWorkshop.Fields("value", "grüß dich"), null, default);
            await vault.DestroyAsync("development/GREETING", [1], default);
            await vault.WriteMetadataAsync("development/GREETING", new Dictionary<string, string?> { ["owner"] = "team" }, default);
            using var json = VaultWorkshop.Value("""{"host":"localhost","port":5432,"tags":["a",null,true]}""");
            await vault.PutJsonAsync("development/deep/DATABASE", json, null, default);
            await vault.PutAsync("production/GREETING", VaultWorkshop.Fields("value", "deleted"), null, default);
            await vault.DeleteAsync("production/GREETING", default);
            using var read = await vault.ReadAsync("development/GREETING", null, default);
        }
        var target = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "Vectors", format, kind);
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(_workshop.Folder)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private VaultSeal OpenSeal(string kind) => kind == "key-file"
        ? KeyFileSeal.Open(Path.Combine(_workshop.Folder, "vault.key"), _workshop.Random)
        : new PassphraseSeal(VaultWorkshop.Value(Passphrase), _workshop.Random);
}
