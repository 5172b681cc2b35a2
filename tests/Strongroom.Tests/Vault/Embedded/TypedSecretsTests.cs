using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

public sealed class TypedSecretsTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Write_api_key_moves_the_old_one_and_counts()
    {
        await using var vault = await _workshop.CreateAsync();
        var typed = new TypedSecrets(vault, _workshop.Time);
        await typed.WriteApiKeyAsync("key", VaultWorkshop.Value("first"), default);
        _workshop.Time.Advance(TimeSpan.FromDays(1));
        await typed.WriteApiKeyAsync("key", VaultWorkshop.Value("second"), default);

        var key = await typed.ReadApiKeyAsync("key", default);

        key.ApiKey.RevealText().ShouldBe("second");
        key.PreviousApiKey!.RevealText().ShouldBe("first");
        key.Rotation.ShouldBe(new RotationStamp(_workshop.Time.GetUtcNow(), 1));
    }

    [Fact]
    public async Task Write_database_keeps_other_fields_and_gives_all_back()
    {
        await using var vault = await _workshop.CreateAsync();
        var typed = new TypedSecrets(vault, _workshop.Time);
        await vault.PutAsync("db", VaultWorkshop.Fields("note", "kept"), null, default);
        await typed.WriteDatabaseAsync("db", new DatabaseCredentials("h", 5432, "d", "u", VaultWorkshop.Value("p")), default);

        var login = await typed.ReadDatabaseAsync("db", default);

        (login.Host, login.Port, login.Database, login.Username, login.Password.RevealText()).ShouldBe(("h", 5432, "d", "u", "p"));
        using var secret = await vault.ReadAsync("db", null, default);
        secret.Field("note")!.RevealText().ShouldBe("kept");
    }

    [Fact]
    public async Task Read_reports_all_missing_fields_at_once()
    {
        await using var vault = await _workshop.CreateAsync();
        await vault.PutAsync("s", VaultWorkshop.Fields("bucket", "b"), null, default);
        var error = await Should.ThrowAsync<SecretException>(async () => await new TypedSecrets(vault, _workshop.Time).ReadStorageAsync("s", default));
        error.Kind.ShouldBe(SecretErrorKind.Malformed);
        error.Message.ShouldContain("access_key, secret_key, endpoint");
    }
}
