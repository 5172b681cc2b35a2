using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Identity;

public sealed class IdentityTests
{
    [Fact]
    public async Task First_login_makes_an_entity_and_the_next_ones_find_it()
    {
        await using var vault = await CreateAsync();
        var first = await LoginAsync(vault);
        first.Auth!.EntityId.Length.ShouldBe(36);
        await vault.ReopenAsync();
        (await LoginAsync(vault)).Auth!.EntityId.ShouldBe(first.Auth.EntityId);
        (await vault.ReadAsync("auth/token/lookup-self", first.Token))["entity_id"]!.GetValue<string>().ShouldBe(first.Auth.EntityId);
        var entity = await vault.ReadAsync("identity/entity/id/" + first.Auth.EntityId);
        entity["aliases"]![0]!["name"]!.GetValue<string>().ShouldBe("bob");
        entity["aliases"]![0]!["mount_path"]!.GetValue<string>().ShouldBe("auth/userpass/");
        (await vault.ListAsync("identity/entity/id"))["keys"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task First_logins_at_once_make_one_entity()
    {
        await using var vault = await CreateAsync();
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle"}""");
        await vault.WriteAsync("auth/approle/role/app", """{"role_id": "r", "bind_secret_id": false, "token_bound_cidrs": "127.0.0.1"}""");
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            (await vault.WriteAsync("auth/approle/login", """{"role_id": "r"}""", token: null)).Auth!.EntityId)));
        ids.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Policies_of_entity_and_groups_hold_at_once_for_tokens_that_are_out()
    {
        await using var vault = await CreateAsync();
        await vault.WriteAsync("secret/data/a", """{"data": {"b": "c"}}""");
        await vault.WriteAsync("sys/policies/acl/reader", """{"policy": "path \"secret/data/*\" { capabilities = [\"read\"] }"}""");
        var login = await LoginAsync(vault);
        await DeniedAsync(() => vault.ReadAsync("secret/data/a", login.Token));
        var inner = (await vault.WriteAsync("identity/group", $$"""{"name": "inner", "member_entity_ids": ["{{login.Auth!.EntityId}}"]}"""))["id"]!.GetValue<string>();
        await vault.WriteAsync("identity/group", $$"""{"name": "outer", "policies": "reader", "member_group_ids": "{{inner}}"}""");
        await vault.ReadAsync("secret/data/a", login.Token);
        (await vault.ReadAsync("auth/token/lookup-self", login.Token))["identity_policies"]![0]!.GetValue<string>().ShouldBe("reader");
        (await LoginAsync(vault)).Auth!.IdentityPolicies.ShouldBe(["reader"]);
        await vault.WriteAsync("identity/group/name/inner", """{"member_entity_ids": []}""");
        await DeniedAsync(() => vault.ReadAsync("secret/data/a", login.Token));
        await vault.WriteAsync("identity/entity/id/" + login.Auth.EntityId, """{"policies": ["reader"]}""");
        await vault.ReadAsync("secret/data/a", login.Token);
        await vault.ReopenAsync();
        await vault.ReadAsync("secret/data/a", login.Token);
    }

    [Fact]
    public async Task Template_stands_for_the_entity_and_its_alias()
    {
        await using var vault = await CreateAsync();
        var accessor = (await vault.ReadAsync("sys/auth"))["userpass/"]!["accessor"]!.GetValue<string>();
        await vault.WriteAsync("sys/policies/acl/own", $$$"""{"policy": "path \"secret/data/{{identity.entity.aliases.{{{accessor}}}.name}}/*\" { capabilities = [\"create\", \"update\", \"read\"] }\npath \"secret/data/team/{{identity.entity.metadata.team}}\" { capabilities = [\"create\"] }"}""");
        await vault.WriteAsync("auth/userpass/users/bob", """{"token_policies": "own"}""");
        var login = await LoginAsync(vault);
        await vault.WriteAsync("secret/data/bob/x", """{"data": {}}""", login.Token);
        await DeniedAsync(() => vault.WriteAsync("secret/data/eve/x", """{"data": {}}""", login.Token));
        await DeniedAsync(() => vault.WriteAsync("secret/data/team/red", """{"data": {}}""", login.Token));
        await vault.WriteAsync("identity/entity/id/" + login.Auth!.EntityId, """{"metadata": {"team": "red"}}""");
        await vault.WriteAsync("secret/data/team/red", """{"data": {}}""", login.Token);
    }

    [Fact]
    public async Task Disabled_or_deleted_entity_ends_the_power_of_its_tokens()
    {
        await using var vault = await CreateAsync();
        var login = await LoginAsync(vault);
        var path = "identity/entity/id/" + login.Auth!.EntityId;
        await vault.WriteAsync(path, """{"disabled": true}""");
        await DeniedAsync(() => vault.ReadAsync("auth/token/lookup-self", login.Token));
        await DeniedAsync(() => LoginAsync(vault));
        await vault.WriteAsync(path, """{"disabled": false}""");
        await vault.ReadAsync("auth/token/lookup-self", login.Token);
        await vault.DeleteAsync(path);
        await DeniedAsync(() => vault.ReadAsync("auth/token/lookup-self", login.Token));
        (await LoginAsync(vault)).Auth!.EntityId.ShouldNotBe(login.Auth.EntityId);
    }

    /// <summary>CVE-2025-5999, CVE-2025-54996: an identity gave the policy root, in another spelling or by a group.</summary>
    [Theory]
    [InlineData("root")]
    [InlineData("ROOT")]
    [InlineData(" Root ")]
    public async Task Cve_2025_54996_no_spelling_gives_an_entity_or_group_the_policy_root(string policy)
    {
        await using var vault = await CreateAsync();
        foreach (var path in new[] { "identity/entity", "identity/group" })
            (await FailAsync(() => vault.WriteAsync(path, $$"""{"name": "x", "policies": ["a", "{{policy}}"]}"""))).ShouldBe("policies cannot contain root");
    }

    /// <summary>CVE-2021-43998: with two aliases of one mount a template stood for the first, whoever had logged in.</summary>
    [Fact]
    public async Task Cve_2021_43998_entity_has_one_alias_for_each_mount()
    {
        await using var vault = await CreateAsync();
        var accessor = (await vault.ReadAsync("sys/auth"))["userpass/"]!["accessor"]!.GetValue<string>();
        var login = await LoginAsync(vault);
        (await FailAsync(() => vault.WriteAsync("identity/entity-alias", $$"""{"name": "eve", "mount_accessor": "{{accessor}}", "canonical_id": "{{login.Auth!.EntityId}}"}""")))
            .ShouldBe("Entity already has an alias for this mount");
    }

    [Fact]
    public async Task Alias_ties_a_login_to_an_entity_made_before()
    {
        await using var vault = await CreateAsync();
        var accessor = (await vault.ReadAsync("sys/auth"))["userpass/"]!["accessor"]!.GetValue<string>();
        var id = (await vault.WriteAsync("identity/entity", """{"name": "Bob Smith", "metadata": {"team": "red"}}"""))["id"]!.GetValue<string>();
        var alias = await vault.WriteAsync("identity/entity-alias", $$"""{"name": "bob", "mount_accessor": "{{accessor}}", "canonical_id": "{{id}}"}""");
        (await LoginAsync(vault)).Auth!.EntityId.ShouldBe(id);
        (await vault.WriteAsync("identity/lookup/entity", $$"""{"alias_name": "bob", "alias_mount_accessor": "{{accessor}}"}"""))["name"]!.GetValue<string>().ShouldBe("Bob Smith");
        (await vault.ReadAsync("identity/entity/name/bob smith"))["id"]!.GetValue<string>().ShouldBe(id);
        await vault.DeleteAsync("identity/entity-alias/id/" + alias["id"]!.GetValue<string>());
        (await LoginAsync(vault)).Auth!.EntityId.ShouldNotBe(id);
    }

    [Fact]
    public async Task Groups_do_not_contain_themselves_and_names_belong_to_one()
    {
        await using var vault = await CreateAsync();
        var a = (await vault.WriteAsync("identity/group", """{"name": "a"}"""))["id"]!.GetValue<string>();
        var b = (await vault.WriteAsync("identity/group", $$"""{"name": "b", "member_group_ids": "{{a}}"}"""))["id"]!.GetValue<string>();
        (await FailAsync(() => vault.WriteAsync("identity/group/id/" + a, $$"""{"member_group_ids": "{{b}}"}"""))).ShouldContain("cyclic");
        (await FailAsync(() => vault.WriteAsync("identity/group/id/" + a, """{"name": "B"}"""))).ShouldContain("in use");
        (await vault.ListAsync("identity/group/name"))["keys"]!.AsArray().Count.ShouldBe(2);
        await vault.DeleteAsync("identity/group/name/b");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("identity/group/id/" + b))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    private static async Task<VaultBench> CreateAsync()
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        await vault.WriteAsync("auth/userpass/users/bob", """{"password": "pw"}""");
        return vault;
    }

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault) => vault.WriteAsync("auth/userpass/login/bob", """{"password": "pw"}""", token: null);

    private static async Task DeniedAsync(Func<Task> call) => (await Should.ThrowAsync<SecretException>(call)).Kind.ShouldBe(SecretErrorKind.Denied);

    private static async Task<string> FailAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<SecretException>(call);
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }
}
