using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

public sealed class FieldTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Set_field_update_and_restore_do_not_count_as_use()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.SetFieldAsync("a", "one", VaultWorkshop.Value("1"), null, default);
        await vault.SetFieldAsync("a", "two", VaultWorkshop.Value("2"), null, default);
        await vault.UpdateAsync("a", current => SecretFields.From(current!).Set("three", 3), default);
        await vault.RestoreAsync("a", 1, default);
        await vault.SetFieldAsync("a", "two", VaultWorkshop.Value("2"), null, default);
        await vault.RemoveFieldAsync("a", "two", default);
        (await vault.ReadStatisticsAsync(default))["a"].ShouldSatisfyAllConditions(
            s => s.Reads.ShouldBe(0), s => s.LastReadAt.ShouldBeNull(), s => s.LastWrittenAt.ShouldBe(_workshop.Time.GetUtcNow()));

        using var read = await vault.ReadAsync("a", null, default);

        (await vault.ReadStatisticsAsync(default))["a"].Reads.ShouldBe(1);
    }

    [Fact]
    public async Task Set_field_is_one_request_with_one_commit()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.PutAsync("a", VaultWorkshop.Fields("one", "1"), null, default);
        var before = (await vault.StatusAsync(default)).AuditSequence;

        (await vault.SetFieldAsync("a", "two", VaultWorkshop.Value("2"), null, default)).ShouldBe(2);

        (await vault.StatusAsync(default)).AuditSequence.ShouldBe(before + 2, "one intent and one outcome");
        using var secret = await vault.ReadAsync("a", null, default);
        secret.FieldNames.ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Set_field_of_bytes_replaces_an_object_and_does_not_merge_into_it()
    {
        await using var vault = await _workshop.CreateAsync();
        using var json = VaultWorkshop.Value("""{"certificate":{"pem":"text","chain":["a"]},"other":{"deep":{"x":1}}}""");
        await vault.PutJsonAsync("a", json, null, default);
        byte[] bytes = [0xff, 0x00, 0x80];

        await vault.SetFieldAsync("a", "certificate", SecretValue.FromBytes(bytes), null, default);

        using var secret = await vault.ReadAsync("a", null, default);
        secret.Field("certificate")!.Reveal().ToArray().ShouldBe(bytes);
        secret.Field("other")!.RevealText().ShouldBe("""{"deep":{"x":1}}""");
    }

    [Fact]
    public async Task Set_field_of_what_was_deleted_begins_anew_and_keeps_nothing_old()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.PutAsync("a", VaultWorkshop.Fields("old", "1"), null, default);
        await vault.DeleteAsync("a", default);

        (await vault.SetFieldAsync("a", "new", VaultWorkshop.Value("2"), null, default)).ShouldBe(2);

        using var secret = await vault.ReadAsync("a", null, default);
        secret.FieldNames.ShouldBe(["new"]);
    }

    [Fact]
    public async Task Set_field_over_another_version_than_expected_is_a_conflict()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.SetFieldAsync("a", "one", VaultWorkshop.Value("1"), expectedVersion: 0, default);

        foreach (var expected in new[] { 0, 2 })
            (await Kind(vault.SetFieldAsync("a", "one", VaultWorkshop.Value("2"), expected, default).AsTask())).ShouldBe(SecretErrorKind.Conflict);
        (await vault.SetFieldAsync("a", "one", VaultWorkshop.Value("2"), 1, default)).ShouldBe(2);
    }

    [Fact]
    public async Task Remove_field_keeps_the_others_and_the_last_one_deletes_the_secret()
    {
        var storage = new SharedStorage(new MemoryStorage());
        await using var vault = await _workshop.CreateAsync(storage);
        await vault.PutAsync("a", new SecretFields().Set("", VaultWorkshop.Value("0")).Set("one", VaultWorkshop.Value("1")), null, default);
        await vault.SetFieldAsync("a", "two", VaultWorkshop.Value("2"), null, default);

        (await Kind(vault.RemoveFieldAsync("a", "three", default).AsTask())).ShouldBe(SecretErrorKind.NotFound);
        await vault.RemoveFieldAsync("a", "one", default);
        using (var secret = await vault.ReadAsync("a", null, default)) secret.FieldNames.ShouldBe(["", "two"]);
        await vault.RemoveFieldAsync("a", "", default);
        await vault.RemoveFieldAsync("a", "two", default);

        (await Kind(vault.ReadAsync("a", null, default).AsTask())).ShouldBe(SecretErrorKind.Unreadable);
        (await Kind(vault.RemoveFieldAsync("a", "two", default).AsTask())).ShouldBe(SecretErrorKind.Unreadable);
        (await Kind(vault.RemoveFieldAsync("b", "two", default).AsTask())).ShouldBe(SecretErrorKind.NotFound);
    }

    private static async Task<SecretErrorKind> Kind(Task task) => (await Should.ThrowAsync<SecretException>(task)).Kind;
}
