using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

public sealed class EmbeddedVaultBackendTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Write_changes_one_field_and_keeps_the_others()
    {
        await using var backend = new EmbeddedVaultBackend(await _workshop.CreateAsync());
        (await backend.WriteAsync(new("db", "user"), new(VaultWorkshop.Value("u")), default)).Version.ShouldBe(1);
        (await backend.WriteAsync(new("db", "password"), new(VaultWorkshop.Value("p")), default)).Version.ShouldBe(2);

        (await backend.ReadAsync(new("db", "user"), default)).Value.RevealText().ShouldBe("u");
        (await backend.ReadAsync(new("db"), default)).Value.RevealText().ShouldBe("""{"user":"u","password":"p"}""");
        (await backend.ReadAsync(new("db", "user", 1), default)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Write_with_an_expected_version_is_conditional()
    {
        await using var backend = new EmbeddedVaultBackend(await _workshop.CreateAsync());
        await backend.WriteAsync(new("a"), new(VaultWorkshop.Value("1"), 0), default);
        (await ErrorAsync(backend.WriteAsync(new("a"), new(VaultWorkshop.Value("2"), 0), default))).ShouldBe(SecretErrorKind.Conflict);
        await backend.WriteAsync(new("a"), new(VaultWorkshop.Value("2"), 1), default);
        (await ErrorAsync(backend.WriteAsync(new("a"), new(VaultWorkshop.Value("3"), 1), default))).ShouldBe(SecretErrorKind.Conflict);
        (await ErrorAsync(backend.WriteAsync(new("none"), new(VaultWorkshop.Value("3"), 4), default))).ShouldBe(SecretErrorKind.Conflict);
    }

    [Fact]
    public async Task Write_over_a_deleted_secret_makes_the_next_version()
    {
        await using var backend = new EmbeddedVaultBackend(await _workshop.CreateAsync());
        await backend.WriteAsync(new("a"), new(VaultWorkshop.Value("1")), default);
        await backend.DeleteAsync(new("a"), default);
        (await ErrorAsync(backend.ReadAsync(new("a"), default))).ShouldBe(SecretErrorKind.Unreadable);
        (await backend.WriteAsync(new("a"), new(VaultWorkshop.Value("2")), default)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task Read_many_gives_one_outcome_for_each()
    {
        await using var backend = new EmbeddedVaultBackend(await _workshop.CreateAsync());
        await backend.WriteAsync(new("a"), new(VaultWorkshop.Value("1")), default);

        var outcomes = await backend.ReadManyAsync([new("a"), new("none"), new("a", "none"), new("a", null, 7), new("../a")], default);

        outcomes[0].Secret!.Value.RevealText().ShouldBe("1");
        outcomes.Skip(1).Select(o => o.Error!.Kind).ShouldBe(
            [SecretErrorKind.NotFound, SecretErrorKind.NotFound, SecretErrorKind.NotFound, SecretErrorKind.InvalidInput]);
    }

    [Fact]
    public async Task Delete_of_a_field_keeps_the_others_and_the_last_deletes_the_secret()
    {
        await using var backend = new EmbeddedVaultBackend(await _workshop.CreateAsync());
        await backend.WriteAsync(new("a", "x"), new(VaultWorkshop.Value("1")), default);
        await backend.WriteAsync(new("a", "y"), new(VaultWorkshop.Value("2")), default);
        await backend.DeleteAsync(new("a", "x"), default);
        (await ErrorAsync(backend.ReadAsync(new("a", "x"), default))).ShouldBe(SecretErrorKind.NotFound);
        await backend.DeleteAsync(new("a", "y"), default);
        (await ErrorAsync(backend.ReadAsync(new("a", "y"), default))).ShouldBe(SecretErrorKind.Unreadable);
    }

    [Fact]
    public async Task List_gives_what_is_at_or_below_the_prefix()
    {
        await using var backend = new EmbeddedVaultBackend(await _workshop.CreateAsync());
        foreach (var path in new[] { "a", "a/b", "ab", "c/d" }) await backend.WriteAsync(new(path), new(VaultWorkshop.Value("1")), default);
        (await backend.ListAsync("", default)).ShouldBe(["a", "a/b", "ab", "c/d"]);
        (await backend.ListAsync("a", default)).ShouldBe(["a", "a/b"]);
        (await backend.ListAsync("none", default)).ShouldBeEmpty();
    }

    private static async Task<SecretErrorKind> ErrorAsync<T>(ValueTask<T> task) => (await Should.ThrowAsync<SecretException>(task.AsTask())).Kind;
}
