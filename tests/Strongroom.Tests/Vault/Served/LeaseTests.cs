using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Leases;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class LeaseTests
{
    [Fact]
    public async Task Renew_of_a_login_whose_user_is_gone_is_refused()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        await vault.WriteAsync("auth/userpass/users/bob", """{"password": "pw", "token_period": "1h"}""");
        var login = await vault.WriteAsync("auth/userpass/login/bob", """{"password": "pw"}""", token: null);
        await vault.WriteAsync("auth/token/renew-self", token: login.Token);
        await vault.DeleteAsync("auth/userpass/users/bob");
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/token/renew-self", token: login.Token))).Reason.ShouldBe("role \"bob\" does not exist during renewal");
    }

    [Fact]
    public async Task Revoke_prefix_ends_what_was_made_below_it()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await vault.TokenAsync("default");
        await vault.WriteAsync("sys/leases/revoke-prefix/auth/token/create");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
        await vault.ReadAsync("auth/token/lookup-self");
    }

    [Fact]
    public async Task Lease_of_a_token_is_looked_up_and_revoked_and_not_renewed()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("auth/token/create", """{"ttl": "1h", "policies": ["default"]}""");
        var id = "auth/token/create/" + (await vault.ListAsync("sys/leases/lookup/auth/token/create"))["keys"]![0]!.GetValue<string>();
        (await vault.WriteAsync("sys/leases/lookup", $$"""{"lease_id": "{{id}}"}"""))["ttl"]!.GetValue<int>().ShouldBe(3600);
        foreach (var path in new[] { "sys/leases/renew", "sys/renew" })
            await ShouldRefuse(vault, path, id, "tokens cannot be renewed through this endpoint");
        await ShouldRefuse(vault, "sys/leases/renew", id + "x", "lease not found");
        await vault.WriteAsync("sys/leases/revoke", $$"""{"lease_id": "{{id}}"}""");
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/leases/lookup", $$"""{"lease_id": "{{id}}"}"""));
    }

    private static async Task ShouldRefuse(VaultBench vault, string path, string id, string reason)
    {
        var error = await Should.ThrowAsync<SecretException>(() => vault.WriteAsync(path, $$"""{"lease_id": "{{id}}"}"""));
        (error.Kind, error.Reason).ShouldBe((SecretErrorKind.InvalidInput, reason));
    }

    [Fact]
    public async Task Sweep_removes_what_is_over_and_keeps_what_was_renewed()
    {
        await using var vault = await VaultBench.CreateAsync();
        var over = (await vault.WriteAsync("auth/token/create", """{"ttl": "10m", "policies": ["default"]}""")).Token;
        var renewed = (await vault.WriteAsync("auth/token/create", """{"ttl": "10m", "policies": ["default"]}""")).Token;
        await vault.WriteAsync("auth/token/renew-self", """{"increment": "2h"}""", renewed);
        vault.Time.Advance(TimeSpan.FromSeconds(DueIndex.SlotSeconds * 2));
        await vault.WriteAsync("sys/leases/tidy");
        (await vault.ListAsync("auth/token/accessors"))["keys"]!.AsArray().Count.ShouldBe(2);
        await vault.ReadAsync("auth/token/lookup-self", renewed);
        await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", over));
    }
}
