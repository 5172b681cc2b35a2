using System.Globalization;
using System.Runtime.Versioning;
using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Tests.Storage.Crash;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Seal;

/// <summary>A new key file takes the place of the old one in steps, and after each of them the vault must open.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KeyFileReplacementTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly SharedStorage _storage = new(new MemoryStorage());

    private string KeyPath => KeyWriter.KeyPath(_workshop.Folder);

    private string PendingPath => KeyPath + ".new";

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Replace_closes_the_old_key_out_and_leaves_one_file()
    {
        await using (var vault = await MakeAsync())
        {
            File.Copy(KeyPath, KeyPath + ".old");
            await vault.ReplaceKeyFileAsync(KeyPath, default);
            await vault.PutAsync("b", VaultWorkshop.Fields("value", "2"), null, default);
        }

        await ShouldOpenAsync();
        (await OpenFailsAsync(KeyPath + ".old")).ShouldBe(SecretErrorKind.Sealed);
        File.Exists(PendingPath).ShouldBeFalse();
        File.GetUnixFileMode(KeyPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Open_after_a_crash_before_the_commit_uses_the_old_key_and_the_next_replacement_works()
    {
        await using (var vault = await MakeAsync()) KeyFileSeal.Create(PendingPath, _workshop.Random).Dispose();

        await ShouldOpenAsync();
        await using (var vault = await OpenAsync()) await vault.ReplaceKeyFileAsync(KeyPath, default);

        await ShouldOpenAsync();
        File.Exists(PendingPath).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_after_a_crash_before_the_rename_finishes_it(bool oldKeyIsGone)
    {
        await using (var vault = await MakeAsync())
        {
            using var seal = KeyFileSeal.Create(PendingPath, _workshop.Random);
            await vault.ResealAsync(seal, default);
        }
        if (oldKeyIsGone) File.Delete(KeyPath);

        await ShouldOpenAsync();

        File.Exists(PendingPath).ShouldBeFalse();
        await ShouldOpenAsync();
    }

    [Fact]
    public async Task Replace_by_a_vault_opened_before_another_one_crashed_never_removes_the_key_that_fits()
    {
        await using var stale = await MakeAsync();
        await using (var other = await OpenAsync())
        {
            using var seal = KeyFileSeal.Create(PendingPath, _workshop.Random);
            await other.ResealAsync(seal, default);
        }

        (await Should.ThrowAsync<SecretException>(async () => await stale.ReplaceKeyFileAsync(KeyPath, default)))
            .Kind.ShouldBeOneOf(SecretErrorKind.Conflict, SecretErrorKind.Sealed);

        await ShouldOpenAsync();
    }

    [Fact]
    public async Task Open_with_a_pending_file_that_is_no_key_uses_the_old_key()
    {
        await using (var vault = await MakeAsync()) await File.WriteAllTextAsync(PendingPath, "strongroom-key-1:half");
        File.SetUnixFileMode(PendingPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await ShouldOpenAsync();
        await using (var vault = await OpenAsync()) await vault.ReplaceKeyFileAsync(KeyPath, default);
        await ShouldOpenAsync();
    }

    [Fact]
    public async Task Open_with_neither_key_fitting_is_sealed()
    {
        await (await MakeAsync()).DisposeAsync();
        File.Delete(KeyPath);
        (await OpenFailsAsync(KeyPath)).ShouldBe(SecretErrorKind.Sealed);
        KeyFileSeal.Create(KeyPath, _workshop.Random).Dispose();
        KeyFileSeal.Create(PendingPath, _workshop.Random).Dispose();
        (await OpenFailsAsync(KeyPath)).ShouldBe(SecretErrorKind.Sealed);
    }

    [Fact]
    public async Task Replace_while_another_process_does_is_a_conflict()
    {
        await using var vault = await MakeAsync();
        using var turn = PendingKeyFile.Take(KeyPath);

        (await Should.ThrowAsync<SecretException>(async () => await vault.ReplaceKeyFileAsync(KeyPath, default))).Kind.ShouldBe(SecretErrorKind.Conflict);
    }

    [Fact]
    public async Task Kill_at_any_step_leaves_a_vault_that_opens()
    {
        var random = new Random(5);
        var options = VaultWriter.Options(_workshop.Folder);
        using (var seal = KeyFileSeal.Create(KeyPath, options.Random))
        await using (var vault = await EmbeddedVault.CreateAsync(
            Strongroom.Storage.Sqlite.SqliteStorage.Create(Path.Combine(_workshop.Folder, "vault.db")), seal, VaultWorkshop.VaultId, options, default))
            await vault.PutAsync("a", VaultWorkshop.Fields("value", "kept"), null, default);

        for (var kill = 0; kill < Math.Max(3, Kills.Count / 4); kill++)
        {
            await using var child = ChildWriter.Start("replace-key", _workshop.Folder);
            await child.KillAfterAsync(random.Next(1, 15), TimeSpan.FromMicroseconds(random.Next(4000)));

            await using var vault = await KeyWriter.OpenAsync(_workshop.Folder);
            using var secret = await vault.ReadAsync("a", null, default);
            secret.Default().RevealText().ShouldBe("kept", kill.ToString(CultureInfo.InvariantCulture));
            (await vault.VerifyAsync(default)).IsIntact.ShouldBeTrue();
        }
    }

    private async Task<EmbeddedVault> MakeAsync()
    {
        using var seal = KeyFileSeal.Create(KeyPath, _workshop.Random);
        var vault = await EmbeddedVault.CreateAsync(_storage, seal, VaultWorkshop.VaultId, _workshop.Options, default);
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "1"), null, default);
        return vault;
    }

    private async Task<EmbeddedVault> OpenAsync(string? path = null)
    {
        using var seal = KeyFileSeal.Open(path ?? KeyPath, _workshop.Random);
        return await EmbeddedVault.OpenAsync(_storage, seal, _workshop.Options, default);
    }

    private async Task ShouldOpenAsync()
    {
        await using var vault = await OpenAsync();
        using var secret = await vault.ReadAsync("a", null, default);
        secret.Default().RevealText().ShouldBe("1");
    }

    private async Task<SecretErrorKind> OpenFailsAsync(string path) => (await Should.ThrowAsync<SecretException>(() => OpenAsync(path))).Kind;
}
