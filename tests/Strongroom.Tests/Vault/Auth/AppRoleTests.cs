using System.Net;
using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class AppRoleTests
{
    [Fact]
    public async Task Login_gives_a_token_with_the_policies_lifetimes_and_metadata_of_the_role()
    {
        await using var vault = await CreateAsync("""{"token_policies": ["ro"], "secret_id_num_uses": 1, "secret_id_ttl": "10m", "token_ttl": "20m", "token_max_ttl": "1h"}""");
        var roleId = await RoleIdAsync(vault);
        var secretId = await vault.WriteAsync("auth/approle/role/app/secret-id", """{"metadata": "{\"host\":\"h1\"}"}""");
        secretId["secret_id_ttl"]!.GetValue<int>().ShouldBe(600);

        var login = await LoginAsync(vault, roleId, secretId["secret_id"]!.GetValue<string>());

        login.Auth!.Policies.ShouldBe(["default", "ro"]);
        login.Auth.LeaseDuration.ShouldBe(TimeSpan.FromMinutes(20));
        login.Auth.Renewable.ShouldBeTrue();
        login.Auth.Orphan.ShouldBeTrue();
        login.Auth.Metadata!.ShouldBe(new Dictionary<string, string> { ["host"] = "h1", ["role_name"] = "app" }, ignoreOrder: true);
        (await vault.ReadAsync("auth/token/lookup-self", login.Token))["display_name"]!.GetValue<string>().ShouldBe("approle");
        (await FailAsync(() => LoginAsync(vault, roleId, secretId["secret_id"]!.GetValue<string>()))).ShouldBe("invalid secret id");
        (await FailAsync(() => LoginAsync(vault, "nope", "x"))).ShouldBe("invalid role ID");
        (await FailAsync(() => LoginAsync(vault, roleId, ""))).ShouldBe("missing secret_id");
    }

    [Fact]
    public async Task Secret_id_that_ended_is_swept_and_a_living_one_stays()
    {
        await using var vault = await CreateAsync("{}");
        await vault.WriteAsync("auth/approle/role/app/secret-id", """{"ttl": "10m"}""");
        await SecretIdAsync(vault);
        (await vault.ListAsync("auth/approle/role/app/secret-id"))["keys"]!.AsArray().Count.ShouldBe(2);

        vault.Time.Advance(TimeSpan.FromSeconds(DueIndex.SlotSeconds * 2));
        await vault.WriteAsync("sys/leases/tidy");

        (await vault.ListAsync("auth/approle/role/app/secret-id"))["keys"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Secret_id_with_uses_gives_no_more_tokens_than_uses_however_many_ask_at_once()
    {
        await using var vault = await CreateAsync("""{"secret_id_num_uses": 3}""");
        var roleId = await RoleIdAsync(vault);
        var secretId = await SecretIdAsync(vault);

        var logins = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (await LoginAsync(vault, roleId, secretId)).Token;
            }
            catch (SecretException)
            {
                return null;
            }
        })));

        logins.Count(token => token is not null).ShouldBe(3);
        (await Should.ThrowAsync<SecretException>(() => vault.ListAsync("auth/approle/role/app/secret-id"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Secret_id_ends_with_its_time_and_survives_a_restart_until_then()
    {
        await using var vault = await CreateAsync("""{"secret_id_ttl": "10m"}""");
        var roleId = await RoleIdAsync(vault);
        var secretId = await SecretIdAsync(vault);
        await vault.ReopenAsync();
        vault.Time.Advance(TimeSpan.FromMinutes(9));
        await LoginAsync(vault, roleId, secretId);
        vault.Time.Advance(TimeSpan.FromMinutes(1));
        (await FailAsync(() => LoginAsync(vault, roleId, secretId))).ShouldBe("invalid secret id");
        (await vault.ListAsync("auth/approle/role/app/secret-id"))["keys"]!.AsArray().Count.ShouldBe(1);
        await vault.WriteAsync("auth/approle/tidy/secret-id");
        (await Should.ThrowAsync<SecretException>(() => vault.ListAsync("auth/approle/role/app/secret-id"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Networks_bind_the_login_the_secret_id_and_the_token()
    {
        await using var vault = await CreateAsync("""{"secret_id_bound_cidrs": "10.0.0.0/8", "token_bound_cidrs": ["10.0.0.0/8"], "secret_id_num_uses": 1}""");
        var roleId = await RoleIdAsync(vault);
        (await FailAsync(() => vault.WriteAsync("auth/approle/role/app/secret-id", """{"cidr_list": ["192.168.0.0/16"]}"""))).ShouldContain("subset");
        var secretId = (await vault.WriteAsync("auth/approle/role/app/secret-id", """{"cidr_list": ["10.1.0.0/16"], "token_bound_cidrs": ["10.1.2.0/24"]}"""))["secret_id"]!.GetValue<string>();

        vault.Address = IPAddress.Parse("10.2.0.1");
        (await FailAsync(() => LoginAsync(vault, roleId, secretId))).ShouldContain("unauthorized");
        vault.Address = IPAddress.Parse("10.1.9.9");
        var token = (await LoginAsync(vault, roleId, secretId)).Token;
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
        vault.Address = IPAddress.Parse("10.1.2.3");
        await vault.ReadAsync("auth/token/lookup-self", token);
    }

    [Fact]
    public async Task Custom_secret_id_is_found_by_itself_and_by_its_accessor_and_destroyed_by_either()
    {
        await using var vault = await CreateAsync("{}");
        var roleId = await RoleIdAsync(vault);
        foreach (var byAccessor in new[] { false, true })
        {
            var made = await vault.WriteAsync("auth/approle/role/app/custom-secret-id", """{"secret_id": "chosen", "num_uses": 5, "metadata": "a=b"}""");
            (await FailAsync(() => vault.WriteAsync("auth/approle/role/app/custom-secret-id", """{"secret_id": "chosen"}"""))).ShouldContain("already registered");
            var accessor = made["secret_id_accessor"]!.GetValue<string>();
            await LoginAsync(vault, roleId, "chosen");
            var found = await vault.WriteAsync("auth/approle/role/app/secret-id-accessor/lookup", $$"""{"secret_id_accessor": "{{accessor}}"}""");
            found["secret_id_num_uses"]!.GetValue<int>().ShouldBe(4);
            found["metadata"]!["a"]!.GetValue<string>().ShouldBe("b");
            found["expiration_time"]!.GetValue<string>().ShouldBe("0001-01-01T00:00:00Z");
            (await vault.WriteAsync("auth/approle/role/app/secret-id/lookup", """{"secret_id": "chosen"}"""))["secret_id_accessor"]!.GetValue<string>().ShouldBe(accessor);

            if (byAccessor) await vault.WriteAsync("auth/approle/role/app/secret-id-accessor/destroy", $$"""{"secret_id_accessor": "{{accessor}}"}""");
            else await vault.WriteAsync("auth/approle/role/app/secret-id/destroy", """{"secret_id": "chosen"}""");

            (await FailAsync(() => LoginAsync(vault, roleId, "chosen"))).ShouldBe("invalid secret id");
            (await vault.WriteAsync("auth/approle/role/app/secret-id/lookup", """{"secret_id": "chosen"}""")).Status.ShouldBe(VaultStatus.Done);
        }
    }

    /// <summary>CVE-2023-24999: an accessor let the holder of one role destroy the secret ids of another.</summary>
    [Fact]
    public async Task Cve_2023_24999_accessor_of_another_role_finds_and_destroys_nothing()
    {
        await using var vault = await CreateAsync("{}");
        await vault.WriteAsync("auth/approle/role/other");
        var made = await vault.WriteAsync("auth/approle/role/app/secret-id");
        var body = $$"""{"secret_id_accessor": "{{made["secret_id_accessor"]}}"}""";
        foreach (var endpoint in new[] { "lookup", "destroy" })
        {
            (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync($"auth/approle/role/other/secret-id-accessor/{endpoint}", body)))
                .Kind.ShouldBe(SecretErrorKind.NotFound);
        }
        await LoginAsync(vault, await RoleIdAsync(vault), made["secret_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Role_made_anew_under_an_old_name_has_none_of_the_old_secret_ids()
    {
        await using var vault = await CreateAsync("""{"role_id": "same"}""");
        await vault.WriteAsync("auth/approle/role/app/custom-secret-id", """{"secret_id": "chosen"}""");
        await vault.DeleteAsync("auth/approle/role/app");
        await vault.WriteAsync("auth/approle/role/app", """{"role_id": "same"}""");
        (await FailAsync(() => LoginAsync(vault, "same", "chosen"))).ShouldBe("invalid secret id");
    }

    [Fact]
    public async Task Parameters_are_read_set_and_reset_one_by_one_whatever_the_case_of_the_name()
    {
        await using var vault = await CreateAsync("""{"token_ttl": "1h"}""");
        await vault.WriteAsync("auth/approle/role/APP/token-ttl", """{"token_ttl": "5m"}""");
        (await vault.ReadAsync("auth/approle/role/App/token-ttl"))["token_ttl"]!.GetValue<int>().ShouldBe(300);
        await vault.DeleteAsync("auth/approle/role/app/token-ttl");
        (await vault.ReadAsync("auth/approle/role/app"))["token_ttl"]!.GetValue<int>().ShouldBe(0);
        await vault.WriteAsync("auth/approle/role/app/policies", """{"policies": "b,a"}""");
        (await vault.ReadAsync("auth/approle/role/app/policies"))["token_policies"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["a", "b"]);
        (await FailAsync(() => vault.WriteAsync("auth/approle/role/app/token-max-ttl"))).ShouldBe("missing token_max_ttl");
        (await FailAsync(() => vault.WriteAsync("auth/approle/role/app/bind-secret-id", """{"bind_secret_id": false}"""))).ShouldBe("at least one constraint should be enabled on the role");
        (await vault.ListAsync("auth/approle/role"))["keys"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Role_id_belongs_to_one_role()
    {
        await using var vault = await CreateAsync("""{"role_id": "mine"}""");
        (await FailAsync(() => vault.WriteAsync("auth/approle/role/other", """{"role_id": "mine"}"""))).ShouldBe("role_id already in use");
        await vault.WriteAsync("auth/approle/role/app/role-id", """{"role_id": "new"}""");
        await vault.WriteAsync("auth/approle/role/other", """{"role_id": "mine"}""");
        (await RoleIdAsync(vault)).ShouldBe("new");
    }

    /// <summary>CVE-2025-5999: another spelling of "root" was not recognised as root.</summary>
    [Theory]
    [InlineData("root")]
    [InlineData("ROOT")]
    [InlineData(" root ")]
    public async Task Cve_2025_5999_no_spelling_gives_a_role_the_policy_root(string policy)
    {
        await using var vault = await CreateAsync("{}");
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/approle/role/app", $$"""{"token_policies": ["{{policy}}"]}"""));
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/approle/role/app/policies", $$"""{"policies": ["{{policy}}"]}"""));
    }

    [Fact]
    public async Task Storage_holds_no_secret_id_and_unmounting_removes_all()
    {
        await using var vault = await CreateAsync("{}");
        await vault.WriteAsync("auth/approle/role/app/secret-id");
        await vault.DeleteAsync("sys/auth/approle");
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle"}""");
        (await Should.ThrowAsync<SecretException>(() => vault.ListAsync("auth/approle/role"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Theory]
    [InlineData("""{"a": "b"}""")]
    [InlineData("\"{\\\"a\\\": \\\"b\\\"}\"")]
    [InlineData("\"a=b\"")]
    public async Task Metadata_is_an_object_or_text_in_two_forms(string metadata)
    {
        await using var vault = await CreateAsync("{}");
        await vault.WriteAsync("auth/approle/role/app/custom-secret-id", $$"""{"secret_id": "chosen", "metadata": {{metadata}}}""");
        (await LoginAsync(vault, await RoleIdAsync(vault), "chosen")).Auth!.Metadata!["a"].ShouldBe("b");
    }

    [Fact]
    public async Task Use_is_gone_for_good_before_there_is_a_token_whatever_breaks_after_it()
    {
        var storage = new FaultyStorage(new MemoryStorage(), seed: 1, TimeProvider.System);
        await using var vault = await VaultBench.CreateAsync(storage);
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle"}""");
        await vault.WriteAsync("auth/approle/role/app", """{"role_id": "r", "secret_id_num_uses": 1}""");
        var secretId = await SecretIdAsync(vault);
        storage.Faults = new StorageFaults { CommitsAfter = 1 };
        await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, "r", secretId));
        storage.Faults = new StorageFaults();
        (await FailAsync(() => LoginAsync(vault, "r", secretId))).ShouldBe("invalid secret id");
    }

    private static async Task<VaultBench> CreateAsync(string role)
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/approle", """{"type": "approle"}""");
        await vault.WriteAsync("auth/approle/role/app", role);
        return vault;
    }

    private static async Task<string> RoleIdAsync(VaultBench vault) => (await vault.ReadAsync("auth/approle/role/app/role-id"))["role_id"]!.GetValue<string>();

    private static async Task<string> SecretIdAsync(VaultBench vault) => (await vault.WriteAsync("auth/approle/role/app/secret-id"))["secret_id"]!.GetValue<string>();

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, string roleId, string secretId) =>
        vault.WriteAsync("auth/approle/login", $$"""{"role_id": "{{roleId}}", "secret_id": "{{secretId}}"}""", token: null);

    private static async Task<string> FailAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<SecretException>(call);
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }
}
