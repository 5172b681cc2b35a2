using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Identity;
using Xunit;

namespace Strongroom.Tests.Vault.Identity;

public sealed class EntityMergeTests
{
    [Fact]
    public async Task Merged_entity_logs_in_by_all_names_and_has_all_groups()
    {
        await using var vault = await CreateAsync();
        var (a, b) = (await LoginAsync(vault, "one"), await LoginAsync(vault, "two"));
        var (to, from) = (a.Auth!.EntityId, b.Auth!.EntityId);
        var group = (await vault.WriteAsync("identity/group", $$"""{"name": "g", "policies": "reader", "member_entity_ids": ["{{from}}"]}"""))["id"]!.GetValue<string>();
        await vault.WriteAsync("identity/entity/id/" + from, """{"policies": "own"}""");
        await MergeAsync(vault, to, [from]);
        await vault.ReopenAsync();
        (await LoginAsync(vault, "two")).Auth!.EntityId.ShouldBe(to);
        var merged = await LoginAsync(vault, "one");
        merged.Auth!.EntityId.ShouldBe(to);
        // Policies of the entity that ended are gone with it; those of its groups go on.
        merged.Auth.IdentityPolicies.ShouldBe(["reader"]);
        (await vault.ReadAsync("identity/group/id/" + group))["member_entity_ids"]!.AsArray().Select(id => id!.GetValue<string>()).ShouldBe([to]);
        var read = await vault.ReadAsync("identity/entity/id/" + to);
        read["merged_entity_ids"]![0]!.GetValue<string>().ShouldBe(from);
        read["aliases"]!.AsArray().Count.ShouldBe(2);
        read["aliases"]!.AsArray().Single(alias => alias!["mount_path"]!.GetValue<string>() == "auth/two/")!["merged_from_canonical_ids"]![0]!.GetValue<string>().ShouldBe(from);
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("identity/entity/id/" + from))).Kind.ShouldBe(SecretErrorKind.NotFound);
        // A token of the entity that is no more goes on as one of the other, and ends with it.
        (await vault.ReadAsync("auth/token/lookup-self", b.Token))["identity_policies"]![0]!.GetValue<string>().ShouldBe("reader");
        var last = (await vault.WriteAsync("identity/entity", """{"name": "last"}"""))["id"]!.GetValue<string>();
        await MergeAsync(vault, last, [to]);
        await vault.ReadAsync("auth/token/lookup-self", b.Token);
        await vault.DeleteAsync("identity/entity/id/" + last);
        foreach (var token in new[] { a.Token, b.Token })
            (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Aliases_of_one_mount_clash_until_it_is_said_which_stays(bool keepsTo)
    {
        await using var vault = await CreateAsync();
        await vault.WriteAsync("auth/one/users/eve", """{"password": "pw"}""");
        var to = (await LoginAsync(vault, "one")).Auth!.EntityId;
        var from = (await LoginAsync(vault, "one", "eve")).Auth!.EntityId;
        var clash = (await Should.ThrowAsync<SecretException>(() => MergeAsync(vault, to, [from]))).Reason;
        clash.ShouldStartWith("2 errors occurred:\n\t* toEntity and at least one fromEntity have aliases with the same mount accessor");
        var kept = (await vault.ReadAsync("identity/entity/id/" + (keepsTo ? to : from)))["aliases"]![0]!["id"]!.GetValue<string>();
        await MergeAsync(vault, to, [from], kept);
        ((await LoginAsync(vault, "one")).Auth!.EntityId == to).ShouldBe(keepsTo);
        ((await LoginAsync(vault, "one", "eve")).Auth!.EntityId == to).ShouldBe(!keepsTo);
    }

    [Fact]
    public async Task Faults_are_told_in_the_words_of_Vault()
    {
        await using var vault = await CreateAsync();
        var (to, from) = ((await LoginAsync(vault, "one")).Auth!.EntityId, (await LoginAsync(vault, "two")).Auth!.EntityId);
        async Task<string> FailAsync(string body) => (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("identity/entity/merge", body))).Reason;
        (await FailAsync("{}")).ShouldBe("missing entity id to merge to");
        (await FailAsync($$"""{"to_entity_id": "{{to}}"}""")).ShouldBe("missing entity ids to merge from");
        (await FailAsync($$"""{"to_entity_id": "no", "from_entity_ids": "{{from}}"}""")).ShouldBe("entity id to merge to is invalid");
        (await FailAsync($$"""{"to_entity_id": "{{to}}", "from_entity_ids": "no"}""")).ShouldBe("entity id to merge from is invalid");
        (await FailAsync($$"""{"to_entity_id": "{{to}}", "from_entity_ids": ["{{to}}"]}""")).ShouldBe("to_entity_id should not be present in from_entity_ids");
    }

    [Fact]
    public void Entity_that_was_stored_before_there_were_merges_is_read()
    {
        var entity = System.Text.Json.JsonSerializer.Deserialize("""{"Id": "a", "Name": "b", "Aliases": [{"Id": "c", "MountAccessor": "d", "Name": "e"}]}""", IdentityJson.Default.EntityRecord)!;
        entity.MergedEntityIds.ShouldBeEmpty();
        entity.Aliases[0].MergedFrom.ShouldBeEmpty();
    }

    private static async Task<VaultBench> CreateAsync()
    {
        var vault = await VaultBench.CreateAsync();
        foreach (var mount in new[] { "one", "two" })
        {
            await vault.WriteAsync("sys/auth/" + mount, """{"type": "userpass"}""");
            await vault.WriteAsync($"auth/{mount}/users/bob", """{"password": "pw"}""");
        }
        return vault;
    }

    private static Task MergeAsync(VaultBench vault, string to, string[] from, params string[] kept) => vault.WriteAsync("identity/entity/merge", new JsonObject
    {
        ["to_entity_id"] = to,
        ["from_entity_ids"] = new JsonArray([.. from.Select(id => JsonValue.Create(id))]),
        ["conflicting_alias_ids_to_keep"] = new JsonArray([.. kept.Select(id => JsonValue.Create(id))]),
    }.ToJsonString());

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, string mount, string name = "bob") =>
        vault.WriteAsync($"auth/{mount}/login/{name}", """{"password": "pw"}""", token: null);
}
