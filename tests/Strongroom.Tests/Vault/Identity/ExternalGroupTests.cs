using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Auth;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Identity;

public sealed class ExternalGroupTests
{
    private static readonly RSA Key = RSA.Create(2048);

    [Fact]
    public async Task Login_joins_and_leaves_the_external_groups_that_it_tells_and_their_policies_hold_at_once()
    {
        await using var vault = await CreateAsync();
        await vault.WriteAsync("secret/data/a", """{"data": {"b": "c"}}""");
        await vault.WriteAsync("sys/policies/acl/reader", """{"policy": "path \"secret/data/*\" { capabilities = [\"read\"] }"}""");
        var group = await GroupAsync(vault, "devs", "reader");
        await AliasAsync(vault, "dev-team", group);
        var first = await LoginAsync(vault, "dev-team", "others");
        first.Auth!.IdentityPolicies.ShouldBe(["reader"]);
        await vault.ReadAsync("secret/data/a", first.Token);
        (await vault.ReadAsync("identity/group/id/" + group))["member_entity_ids"]!.AsArray().Select(id => id!.GetValue<string>()).ShouldBe([first.Auth.EntityId]);

        await vault.ReopenAsync();
        await vault.ReadAsync("secret/data/a", first.Token);
        (await LoginAsync(vault, "others")).Auth!.IdentityPolicies.ShouldBeEmpty();
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("secret/data/a", first.Token))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await vault.ReadAsync("identity/group/id/" + group))["member_entity_ids"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Group_inside_an_internal_group_gives_its_policies_too()
    {
        await using var vault = await CreateAsync();
        var group = await GroupAsync(vault, "devs", "inner");
        await AliasAsync(vault, "dev-team", group);
        await vault.WriteAsync("identity/group", $$"""{"name": "all", "policies": "outer", "member_group_ids": "{{group}}"}""");
        (await LoginAsync(vault, "dev-team")).Auth!.IdentityPolicies.ShouldBe(["inner", "outer"]);
    }

    [Fact]
    public async Task Login_of_one_mount_leaves_the_groups_of_others_alone()
    {
        await using var vault = await CreateAsync();
        await vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        await vault.WriteAsync("auth/userpass/users/bob", """{"password": "pw"}""");
        var group = await GroupAsync(vault, "devs", "reader");
        var alias = await AliasAsync(vault, "dev-team", group);
        var entity = (await LoginAsync(vault, "dev-team")).Auth!.EntityId;
        await vault.WriteAsync("identity/entity-alias", $$"""{"name": "bob", "mount_accessor": "{{await AccessorAsync(vault, "userpass")}}", "canonical_id": "{{entity}}"}""");
        Task<VaultBench.Answer> Password() => vault.WriteAsync("auth/userpass/login/bob", """{"password": "pw"}""", token: null);
        (await Password()).Auth!.IdentityPolicies.ShouldBe(["reader"]);
        // Who stands for a group without alias? Nobody: the next login, whichever it is, leaves it.
        await vault.DeleteAsync("identity/group-alias/id/" + alias);
        (await Password()).Auth!.IdentityPolicies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Alias_is_read_listed_found_moved_and_deleted()
    {
        await using var vault = await CreateAsync();
        var (one, two) = (await GroupAsync(vault, "one", "a"), await GroupAsync(vault, "two", "b"));
        var alias = await AliasAsync(vault, "team", one);
        var read = await vault.ReadAsync("identity/group-alias/id/" + alias);
        read["canonical_id"]!.GetValue<string>().ShouldBe(one);
        read["mount_path"]!.GetValue<string>().ShouldBe("auth/jwt/");
        (await vault.ReadAsync("identity/group/name/one"))["alias"]!["name"]!.GetValue<string>().ShouldBe("team");
        var accessor = await AccessorAsync(vault, "jwt");
        (await vault.WriteAsync("identity/lookup/group", $$"""{"alias_name": "team", "alias_mount_accessor": "{{accessor}}"}"""))["id"]!.GetValue<string>().ShouldBe(one);
        (await vault.WriteAsync("identity/lookup/group", $$"""{"alias_id": "{{alias}}"}"""))["id"]!.GetValue<string>().ShouldBe(one);
        var listed = await vault.ListAsync("identity/group-alias/id");
        listed["key_info"]![alias]!["canonical_id"]!.GetValue<string>().ShouldBe(one);
        (await vault.ListAsync("identity/group/id"))["key_info"]![one]!["alias"]!["id"]!.GetValue<string>().ShouldBe(alias);

        await vault.WriteAsync("identity/group-alias/id/" + alias, $$"""{"name": "crew", "mount_accessor": "{{accessor}}", "canonical_id": "{{two}}"}""");
        await vault.ReopenAsync();
        (await vault.ReadAsync("identity/group-alias/id/" + alias))["canonical_id"]!.GetValue<string>().ShouldBe(two);
        (await vault.ReadAsync("identity/group/id/" + one))["alias"]!.AsObject().ShouldBeEmpty();
        (await LoginAsync(vault, "team", "crew")).Auth!.IdentityPolicies.ShouldBe(["b"]);
        await vault.DeleteAsync("identity/group-alias/id/" + alias);
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("identity/group-alias/id/" + alias))).Kind.ShouldBe(SecretErrorKind.NotFound);
        // Without a group there is a new one, which is external.
        var made = await vault.WriteAsync("identity/group-alias", $$"""{"name": "team", "mount_accessor": "{{accessor}}"}""");
        (await vault.ReadAsync("identity/group/id/" + made["canonical_id"]!.GetValue<string>()))["type"]!.GetValue<string>().ShouldBe("external");
    }

    [Fact]
    public async Task Faults_are_told_in_the_words_of_Vault()
    {
        await using var vault = await CreateAsync();
        var accessor = await AccessorAsync(vault, "jwt");
        var external = await GroupAsync(vault, "out", "a");
        var inside = (await vault.WriteAsync("identity/group", """{"name": "in"}"""))["id"]!.GetValue<string>();
        await AliasAsync(vault, "team", external);
        (string Path, string Body, string Reason)[] cases =
        [
            ("group", """{"name": "x", "type": "other"}""", "invalid group type \"other\""),
            ("group/name/out", """{"type": "internal"}""", "group type cannot be changed"),
            ("group/name/in", """{"type": "external"}""", "group type cannot be changed"),
            ("group/name/out", """{"member_entity_ids": []}""", "member entities can't be set manually for external groups"),
            ("group/name/out", """{"member_group_ids": []}""", "member groups can't be set for external groups"),
            ("group-alias", $$"""{"mount_accessor": "{{accessor}}"}""", "missing alias name"),
            ("group-alias", """{"name": "x"}""", "missing mount_accessor"),
            ("group-alias", """{"name": "x", "mount_accessor": "no"}""", "invalid mount accessor \"no\""),
            ("group-alias", $$"""{"name": "x", "mount_accessor": "{{accessor}}", "canonical_id": "no"}""", "invalid group ID given in 'canonical_id'"),
            ("group-alias", $$"""{"name": "x", "mount_accessor": "{{accessor}}", "canonical_id": "{{inside}}"}""", "alias can't be set on an internal group"),
            ("group-alias", $$"""{"name": "team", "mount_accessor": "{{accessor}}"}""", "combination of mount and group alias name is already in use"),
            ("group-alias/id/no", $$"""{"name": "x", "mount_accessor": "{{accessor}}"}""", "invalid group alias ID"),
        ];
        foreach (var (path, body, reason) in cases)
            (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("identity/" + path, body))).Reason.ShouldBe(reason);
    }

    [Theory]
    [InlineData("""{"sub": "bob"}""", "failed to fetch groups: \"groups\" claim not found in token")]
    [InlineData("""{"sub": "bob", "groups": {"a": "b"}}""", "\"groups\" claim could not be converted to string list")]
    [InlineData("""{"sub": "bob", "groups": [1]}""", "value in groups claim could not be parsed as string")]
    public async Task Login_without_the_groups_that_its_role_asks_for_fails(string claims, string reason)
    {
        await using var vault = await CreateAsync();
        (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, JsonNode.Parse(claims)!.AsObject()))).Reason.ShouldBe(reason);
    }

    [Fact]
    public async Task Groups_come_as_one_text_or_by_a_pointer_too()
    {
        await using var vault = await CreateAsync();
        await AliasAsync(vault, "team", await GroupAsync(vault, "g", "reader"));
        (await LoginAsync(vault, new JsonObject { ["sub"] = "bob", ["groups"] = "team" })).Auth!.IdentityPolicies.ShouldBe(["reader"]);
        await vault.WriteAsync("auth/jwt/role/people", """{"role_type": "jwt", "groups_claim": "/realm/roles"}""");
        (await LoginAsync(vault, new JsonObject { ["sub"] = "bob", ["realm"] = new JsonObject { ["roles"] = new JsonArray("team") } })).Auth!.IdentityPolicies.ShouldBe(["reader"]);
        (await vault.ReadAsync("auth/jwt/role/people"))["groups_claim"]!.GetValue<string>().ShouldBe("/realm/roles");
    }

    [Fact]
    public async Task Deleted_entity_is_in_no_group()
    {
        await using var vault = await CreateAsync();
        var group = await GroupAsync(vault, "g", "reader");
        await AliasAsync(vault, "team", group);
        var entity = (await LoginAsync(vault, "team")).Auth!.EntityId;
        await vault.DeleteAsync("identity/entity/id/" + entity);
        (await vault.ReadAsync("identity/group/id/" + group))["member_entity_ids"]!.AsArray().ShouldBeEmpty();
    }

    /// <summary>More groups than one commit takes.</summary>
    [Fact]
    public async Task Login_joins_and_leaves_very_many_groups()
    {
        await using var vault = await CreateAsync();
        var accessor = await AccessorAsync(vault, "jwt");
        for (var i = 0; i < 300; i++) await vault.WriteAsync("identity/group-alias", $$"""{"name": "g{{i}}", "mount_accessor": "{{accessor}}"}""");
        var login = await LoginAsync(vault, [.. Enumerable.Range(0, 300).Select(i => $"g{i}")]);
        (await vault.ReadAsync("identity/entity/id/" + login.Auth!.EntityId))["direct_group_ids"]!.AsArray().Count.ShouldBe(300);
        await LoginAsync(vault, "g7");
        (await vault.ReadAsync("identity/entity/id/" + login.Auth.EntityId))["direct_group_ids"]!.AsArray().Count.ShouldBe(1);
    }

    private static async Task<VaultBench> CreateAsync()
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/jwt", """{"type": "jwt"}""");
        await vault.WriteAsync("auth/jwt/config", new JsonObject { ["jwt_validation_pubkeys"] = new JsonArray(Key.ExportSubjectPublicKeyInfoPem()) }.ToJsonString());
        await vault.WriteAsync("auth/jwt/role/people", """{"role_type": "jwt", "user_claim": "sub", "bound_audiences": "vault", "groups_claim": "groups"}""");
        return vault;
    }

    private static async Task<string> GroupAsync(VaultBench vault, string name, string policies) =>
        (await vault.WriteAsync("identity/group", $$"""{"name": "{{name}}", "type": "external", "policies": "{{policies}}"}"""))["id"]!.GetValue<string>();

    private static async Task<string> AliasAsync(VaultBench vault, string name, string group) => (await vault.WriteAsync(
        "identity/group-alias", $$"""{"name": "{{name}}", "mount_accessor": "{{await AccessorAsync(vault, "jwt")}}", "canonical_id": "{{group}}"}"""))["id"]!.GetValue<string>();

    private static async Task<string> AccessorAsync(VaultBench vault, string mount) => (await vault.ReadAsync("sys/auth"))[mount + "/"]!["accessor"]!.GetValue<string>();

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, params string[] groups) =>
        LoginAsync(vault, new JsonObject { ["sub"] = "bob", ["groups"] = new JsonArray([.. groups.Select(group => JsonValue.Create(group))]) });

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, JsonObject claims)
    {
        claims["aud"] = "vault";
        claims["iat"] = vault.Time.GetUtcNow().ToUnixTimeSeconds();
        claims["exp"] = vault.Time.GetUtcNow().ToUnixTimeSeconds() + 300;
        return vault.WriteAsync("auth/jwt/login", new JsonObject { ["role"] = "people", ["jwt"] = SignedJwt.Make(Key, "RS256", claims) }.ToJsonString(), token: null);
    }
}
