using System.Runtime.Versioning;
using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

/// <summary>Vaults written by earlier versions. This one must open them all; see docs/storage-format.md.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class VectorTests : IDisposable
{
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

    private VaultSeal OpenSeal(string kind) => kind == "key-file"
        ? KeyFileSeal.Open(Path.Combine(_workshop.Folder, "vault.key"), _workshop.Random)
        : new PassphraseSeal(VaultWorkshop.Value(VectorWriter.Passphrase), _workshop.Random);
}
