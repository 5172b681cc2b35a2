using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class MountLookupTests
{
    [Fact]
    public async Task Version_of_a_mount_is_told_to_who_may_use_something_in_it()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/policies/acl/app", """{"policy": "path \"secret/data/app/*\" { capabilities = [\"read\"] }"}""");
        var token = await vault.TokenAsync("app");
        (await vault.ReadAsync("sys/internal/ui/mounts/secret/app/db", token))["options"]!["version"]!.GetValue<string>().ShouldBe("2");
        (await vault.ReadAsync("sys/internal/ui/mounts", token))["secret"]!.AsObject().ContainsKey("secret/").ShouldBeTrue();
    }

    [Fact]
    public async Task Mount_is_hidden_from_who_may_use_nothing_in_it()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await vault.TokenAsync("default");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("sys/internal/ui/mounts/secret", token))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("sys/internal/ui/mounts/secret", null))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await vault.ReadAsync("sys/internal/ui/mounts", token))["secret"]!.AsObject().ContainsKey("secret/").ShouldBeFalse();
    }
}
