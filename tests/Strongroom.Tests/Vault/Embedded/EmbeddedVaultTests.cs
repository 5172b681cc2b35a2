using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

public sealed class EmbeddedVaultTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Put_then_read_gives_the_value_back()
    {
        await using var vault = await _workshop.CreateAsync();
        (await vault.PutAsync("development/OPENAI_API_KEY", VaultWorkshop.Fields("value", "sk-\"quoted\" ü"), null, default)).ShouldBe(1);

        using var secret = await vault.ReadAsync("development/OPENAI_API_KEY", null, default);

        secret.Version.ShouldBe(1);
        secret.CreatedAt.ShouldBe(_workshop.Time.GetUtcNow());
        secret.Field("value")!.RevealText().ShouldBe("sk-\"quoted\" ü");
        secret.FieldNames.ShouldBe(["value"]);
        secret.Field("other").ShouldBeNull();
    }

    [Fact]
    public async Task Put_of_bytes_that_are_no_text_gives_the_same_bytes_back()
    {
        await using var vault = await _workshop.CreateAsync();
        byte[] bytes = [0xff, 0x00, 0xfe, 0x80];
        await vault.PutAsync("a", new SecretFields().Set("value", SecretValue.FromBytes(bytes)), null, default);

        using var secret = await vault.ReadAsync("a", null, default);

        secret.Field("value")!.Reveal().ToArray().ShouldBe(bytes);
    }

    [Fact]
    public async Task Open_after_create_reads_what_was_written()
    {
        var storage = new SharedStorage(new MemoryStorage());
        await using (var vault = await _workshop.CreateAsync(storage)) await vault.PutAsync("a/b", VaultWorkshop.Fields("value", "v"), null, default);

        await using var again = await _workshop.OpenAsync(storage);

        using var secret = await again.ReadAsync("a/b", null, default);
        secret.Default().RevealText().ShouldBe("v");
    }

    [Fact]
    public async Task List_shows_folders_and_secrets_exactly()
    {
        await using var vault = await _workshop.CreateAsync();
        foreach (var path in new[] { "a", "a/b", "a/c/d", "z" }) await vault.PutAsync(path, VaultWorkshop.Fields("value", "v"), null, default);

        (await vault.ListAsync("", recursive: false, default)).ShouldBe(["a", "a/", "z"]);
        (await vault.ListAsync("a", recursive: false, default)).ShouldBe(["b", "c/"]);
        (await vault.ListAsync("", recursive: true, default)).ShouldBe(["a", "a/b", "a/c/d", "z"]);

        await vault.PurgeAsync("a/c/d", default);
        (await vault.ListAsync("a/", recursive: false, default)).ShouldBe(["b"]);
        await vault.PurgeAsync("a/b", default);
        (await vault.ListAsync("", recursive: false, default)).ShouldBe(["a", "z"]);
    }

    [Fact]
    public async Task Restore_writes_the_old_value_as_a_new_version()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "one"), null, default);
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "two"), null, default);

        (await vault.RestoreAsync("a", 1, default)).ShouldBe(3);

        using var secret = await vault.ReadAsync("a", null, default);
        secret.Default().RevealText().ShouldBe("one");
        (await vault.HistoryAsync("a", default)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Read_after_delete_is_unreadable_and_of_nothing_is_not_found()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "one"), null, default);
        await vault.DeleteAsync("a", default);

        (await Kind(vault.ReadAsync("a", null, default))).ShouldBe(SecretErrorKind.Unreadable);
        (await Kind(vault.ReadAsync("b", null, default))).ShouldBe(SecretErrorKind.NotFound);
        await vault.UndeleteAsync("a", [1], default);
        using var secret = await vault.ReadAsync("a", null, default);
        secret.Version.ShouldBe(1);
    }

    [Fact]
    public async Task Metadata_is_merged_and_a_null_removes()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "one"), null, default);
        await vault.WriteMetadataAsync("a", new Dictionary<string, string?> { ["owner"] = "team", ["tags"] = "x,y" }, default);
        await vault.WriteMetadataAsync("a", new Dictionary<string, string?> { ["tags"] = null, ["description"] = "d" }, default);

        var metadata = await vault.ReadMetadataAsync("a", default);

        metadata.Custom.ShouldBe(new Dictionary<string, string> { ["owner"] = "team", ["description"] = "d" }, ignoreOrder: true);
        metadata.CurrentVersion.ShouldBe(1);
    }

    [Fact]
    public async Task Reseal_closes_the_old_seal_out_and_opens_with_the_new_one()
    {
        var storage = new SharedStorage(new MemoryStorage());
        await using (var vault = await _workshop.CreateAsync(storage))
        {
            await vault.PutAsync("a", VaultWorkshop.Fields("value", "one"), null, default);
            using var seal = _workshop.Seal(9);
            await vault.ResealAsync(seal, default);
            await vault.PutAsync("b", VaultWorkshop.Fields("value", "two"), null, default);
        }

        (await Kind(EmbeddedVault.OpenAsync(storage, _workshop.Seal(7), _workshop.Options, default))).ShouldBe(SecretErrorKind.Sealed);
        await using var again = await EmbeddedVault.OpenAsync(storage, _workshop.Seal(9), _workshop.Options, default);
        (await again.ListAsync("", recursive: true, default)).ShouldBe(["a", "b"]);
    }

    private static async Task<SecretErrorKind> Kind<T>(ValueTask<T> task) => (await Should.ThrowAsync<SecretException>(task.AsTask())).Kind;
}
