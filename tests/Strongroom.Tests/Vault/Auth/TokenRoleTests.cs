using System.Net;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class TokenRoleTests
{
    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"orphan": true}""", true)]
    public async Task Role_that_names_no_networks_leaves_a_child_in_those_of_its_parent(string role, bool reachesFurther)
    {
        await using var vault = await CreateAsync(role);
        await vault.WriteAsync("sys/policies/acl/maker", """{"policy": "path \"auth/token/*\" { capabilities = [\"update\"] }"}""");
        await vault.WriteAsync("auth/token/roles/home", """{"token_bound_cidrs": ["127.0.0.1"], "allowed_policies": "maker"}""");
        var parent = (await vault.WriteAsync("auth/token/create/home")).Token;
        var child = (await vault.WriteAsync("auth/token/create/build", "{}", parent)).Token;
        vault.Address = System.Net.IPAddress.Parse("192.0.2.1");
        var read = await Record.ExceptionAsync(() => vault.ReadAsync("auth/token/lookup-self", child));
        (read is null).ShouldBe(reachesFurther);
    }

    [Fact]
    public async Task Role_allows_policies_that_the_maker_does_not_have_and_no_others()
    {
        await using var vault = await CreateAsync("""{"allowed_policies": "ci,deploy", "allowed_policies_glob": "app-*", "disallowed_policies_glob": "*-admin"}""");
        var maker = await MakerAsync(vault);
        (await vault.WriteAsync("auth/token/create/build", "{}", maker)).Auth!.Policies.ShouldBe(["ci", "default", "deploy"]);
        (await vault.WriteAsync("auth/token/create/build", """{"policies": ["app-web"]}""", maker)).Auth!.Policies.ShouldBe(["app-web", "default"]);
        (await FailAsync(() => vault.WriteAsync("auth/token/create/build", """{"policies": ["other"]}""", maker)))
            .ShouldBe("token policies ([\"default\" \"other\"]) must be subset of the role's allowed policies ([\"ci\" \"default\" \"deploy\"]) or glob policies ([\"app-*\"])");
        (await FailAsync(() => vault.WriteAsync("auth/token/create/build", """{"policies": ["app-admin"]}""", maker))).ShouldBe("token policy \"app-admin\" is disallowed by this role");
        (await FailAsync(() => vault.WriteAsync("auth/token/create/absent", "{}"))).ShouldBe("unknown role absent");
    }

    [Fact]
    public async Task Role_gives_its_tokens_period_maximum_path_orphanhood_and_networks()
    {
        await using var vault = await CreateAsync(
            """{"orphan": true, "period": "1h", "path_suffix": "nightly", "renewable": false, "token_bound_cidrs": ["10.0.0.0/8"], "token_explicit_max_ttl": "30m", "token_num_uses": 7}""");
        var made = await vault.WriteAsync("auth/token/create/build", """{"policies": ["default"]}""");
        made.Auth!.LeaseDuration.ShouldBe(TimeSpan.FromMinutes(30));
        made.Auth.Orphan.ShouldBeTrue();
        made.Auth.Renewable.ShouldBeFalse();
        vault.Address = IPAddress.Parse("10.0.0.1");
        var token = await vault.ReadAsync("auth/token/lookup-self", made.Token);
        token["path"]!.GetValue<string>().ShouldBe("auth/token/create/build/nightly");
        token["role"]!.GetValue<string>().ShouldBe("build");
        token["num_uses"]!.GetValue<int>().ShouldBe(6);
        var role = await vault.ReadAsync("auth/token/roles/build");
        role["name"]!.GetValue<string>().ShouldBe("build");
        role["renewable"]!.GetValue<bool>().ShouldBeFalse();
        role["token_type"]!.GetValue<string>().ShouldBe("default-service");
        (await vault.ListAsync("auth/token/roles"))["keys"]!.AsArray().Count.ShouldBe(1);
        await vault.DeleteAsync("auth/token/roles/build");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/roles/build"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Entity_alias_names_the_identity_of_a_token_where_the_role_allows_it()
    {
        await using var vault = await CreateAsync("""{"allowed_entity_aliases": ["svc-*"], "allowed_policies": "default"}""");
        var first = (await vault.WriteAsync("auth/token/create/build", """{"entity_alias": "Svc-a"}""")).Auth!.EntityId;
        first.Length.ShouldBe(36);
        (await vault.WriteAsync("auth/token/create/build", """{"entity_alias": "svc-a"}""")).Auth!.EntityId.ShouldBe(first);
        (await FailAsync(() => vault.WriteAsync("auth/token/create/build", """{"entity_alias": "admin"}"""))).ShouldBe("invalid 'entity_alias' value");
        (await FailAsync(() => vault.WriteAsync("auth/token/create", """{"entity_alias": "svc-a"}"""))).ShouldBe("'entity_alias' is only allowed in combination with token role");
    }

    [Fact]
    public async Task Root_is_not_reached_by_a_role()
    {
        await using var vault = await CreateAsync("""{"allowed_policies_glob": "*"}""");
        var maker = await MakerAsync(vault);
        foreach (var name in new[] { "root", "ROOT", " root" })
            (await FailAsync(() => vault.WriteAsync("auth/token/create/build", $$"""{"policies": ["{{name}}"]}""", maker))).ShouldContain("root tokens may not be created");
    }

    [Fact]
    public async Task Child_inherits_the_networks_of_its_parent()
    {
        await using var vault = await CreateAsync("""{"allowed_policies": "root", "token_bound_cidrs": ["127.0.0.1"], "orphan": true}""");
        await vault.WriteAsync("sys/policies/acl/maker", """{"policy": "path \"auth/token/*\" { capabilities = [\"update\"] }"}""");
        await vault.WriteAsync("auth/token/roles/build", """{"allowed_policies": "maker,default"}""");
        var parent = (await vault.WriteAsync("auth/token/create/build")).Token;
        var child = (await vault.WriteAsync("auth/token/create", "{}", parent)).Token;
        vault.Address = IPAddress.Parse("192.168.0.1");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", child))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Batch_token_is_good_without_storage_until_its_time_or_its_parent_ends()
    {
        await using var vault = await VaultBench.CreateAsync();
        var parent = await vault.TokenAsync("root");
        var before = vault.Storage;
        var batch = await vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": ["default"], "ttl": "1h", "meta": {"a": "b"}}""", parent);
        batch.Auth!.Type.ShouldBe("batch");
        batch.Auth.Renewable.ShouldBeFalse();
        batch.Auth.Accessor.ShouldBe("");
        batch.Token.ShouldStartWith("hvb.");
        await vault.ReopenAsync();
        var found = await vault.ReadAsync("auth/token/lookup-self", batch.Token);
        found["type"]!.GetValue<string>().ShouldBe("batch");
        found["meta"]!["a"]!.GetValue<string>().ShouldBe("b");
        (await FailAsync(() => vault.WriteAsync("auth/token/renew-self", "{}", batch.Token))).ShouldBe("batch tokens cannot be renewed");
        (await FailAsync(() => vault.WriteAsync("auth/token/revoke-self", "{}", batch.Token))).ShouldBe("batch tokens cannot be revoked");
        (await FailAsync(() => vault.WriteAsync("cubbyhole/a", """{"b": "c"}""", batch.Token))).ShouldContain("service");

        var longer = (await vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": ["default"], "ttl": "2h"}""", parent)).Token;
        vault.Time.Advance(TimeSpan.FromHours(1));
        await DeniedAsync(vault, batch.Token);
        await vault.ReadAsync("auth/token/lookup-self", longer);
        await vault.WriteAsync("auth/token/revoke", $$"""{"token": "{{parent}}"}""");
        await DeniedAsync(vault, longer);
    }

    [Fact]
    public async Task Batch_token_that_was_changed_or_made_elsewhere_is_refused()
    {
        await using var vault = await VaultBench.CreateAsync();
        await using var other = await VaultBench.CreateAsync();
        var token = (await vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": ["default"], "ttl": "1h"}""")).Token;
        await other.WriteAsync("auth/token/create", """{"type": "batch", "policies": ["default"], "ttl": "1h"}""");
        await DeniedAsync(other, token);
        for (var i = 4; i < token.Length; i += 7)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            await DeniedAsync(vault, changed);
        }
        foreach (var text in new[] { "hvb.", "hvb.AA", "hvb.****", "hvb." + new string('A', 100) }) await DeniedAsync(vault, text);
    }

    [Fact]
    public async Task Batch_tokens_are_neither_root_nor_counted_nor_named_nor_makers()
    {
        await using var vault = await VaultBench.CreateAsync();
        (await FailAsync(() => vault.WriteAsync("auth/token/create", """{"type": "batch"}"""))).ShouldBe("batch tokens cannot be root tokens");
        (await FailAsync(() => vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": "a", "num_uses": 3}"""))).ShouldBe("batch token cannot have \"num_uses\" set");
        (await vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": "a", "renewable": true}""")).Auth!.Renewable.ShouldBeFalse();
        (await FailAsync(() => vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": "a", "id": "mine"}"""))).ShouldContain("id");
        await vault.WriteAsync("sys/policies/acl/maker", """{"policy": "path \"auth/token/*\" { capabilities = [\"update\"] }"}""");
        var batch = (await vault.WriteAsync("auth/token/create", """{"type": "batch", "policies": "maker"}""")).Token;
        (await FailAsync(() => vault.WriteAsync("auth/token/create", "{}", batch))).ShouldBe("batch tokens cannot create more tokens");
    }

    [Fact]
    public async Task Login_gives_the_type_that_role_or_mount_say()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle", "config": {"token_type": "default-batch"}}""");
        await vault.WriteAsync("auth/approle/role/app", """{"role_id": "r", "bind_secret_id": false, "token_bound_cidrs": "127.0.0.1"}""");
        (await vault.WriteAsync("auth/approle/login", """{"role_id": "r"}""", token: null)).Auth!.Type.ShouldBe("batch");
        await vault.WriteAsync("auth/approle/role/app", """{"token_type": "service"}""");
        (await vault.WriteAsync("auth/approle/login", """{"role_id": "r"}""", token: null)).Auth!.Type.ShouldBe("service");
    }

    [Fact]
    public async Task Renewal_ends_with_the_role_that_was_logged_in_with()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle"}""");
        await vault.WriteAsync("auth/approle/role/app", """{"role_id": "r", "bind_secret_id": false, "token_bound_cidrs": "127.0.0.1"}""");
        var token = (await vault.WriteAsync("auth/approle/login", """{"role_id": "r"}""", token: null)).Token;
        await vault.WriteAsync("auth/token/renew-self", "{}", token);
        await vault.DeleteAsync("auth/approle/role/app");
        (await FailAsync(() => vault.WriteAsync("auth/token/renew-self", "{}", token))).ShouldContain("does not exist");
        (await vault.WriteAsync("auth/token/tidy")).Warnings.Length.ShouldBe(1);
    }

    private static async Task<VaultBench> CreateAsync(string role)
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("auth/token/roles/build", role);
        return vault;
    }

    private static async Task<string> MakerAsync(VaultBench vault)
    {
        await vault.WriteAsync("sys/policies/acl/maker", """{"policy": "path \"auth/token/create/build\" { capabilities = [\"update\"] }"}""");
        return await vault.TokenAsync("maker");
    }

    private static async Task DeniedAsync(VaultBench vault, string token) =>
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);

    private static async Task<string> FailAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<SecretException>(call);
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }
}
