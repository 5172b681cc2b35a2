using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class UserPassTests
{
    [Fact]
    public async Task Login_gives_a_token_named_after_the_user_whatever_the_case_of_the_name()
    {
        await using var vault = await CreateAsync("""{"password": "pw", "token_policies": "ro"}""");
        var login = await LoginAsync(vault, "BoB", "pw");
        login.Auth!.Policies.ShouldBe(["default", "ro"]);
        login.Auth.Metadata!["username"].ShouldBe("bob");
        login.Auth.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(2764800));
        (await vault.ReadAsync("auth/token/lookup-self", login.Token))["display_name"]!.GetValue<string>().ShouldBe("userpass-bob");
        (await FailAsync(() => LoginAsync(vault, "bob", "no"))).ShouldBe("invalid username or password");
        (await FailAsync(() => LoginAsync(vault, "nobody", "pw"))).ShouldBe("invalid username or password");
        (await FailAsync(() => vault.WriteAsync("auth/userpass/login/bob", "{}", token: null))).ShouldBe("missing password");
    }

    [Fact]
    public async Task Password_and_policies_are_changed_alone_and_survive_a_restart()
    {
        await using var vault = await CreateAsync("""{"password": "pw", "policies": "ro", "token_ttl": "1h"}""");
        await vault.WriteAsync("auth/userpass/users/bob/password", """{"password": "p\u00e4ss"}""");
        await vault.WriteAsync("auth/userpass/users/bob/policies", """{"token_policies": ["rw"]}""");
        await vault.ReopenAsync();
        (await FailAsync(() => LoginAsync(vault, "bob", "pw"))).ShouldBe("invalid username or password");
        (await LoginAsync(vault, "bob", "päss")).Auth!.Policies.ShouldBe(["default", "rw"]);
        var user = await vault.ReadAsync("auth/userpass/users/bob");
        user["token_ttl"]!.GetValue<int>().ShouldBe(3600);
        user.Data!.AsObject().ContainsKey("policies").ShouldBeFalse();
        user.Data!.ToJsonString().ShouldNotContain("password");
        (await vault.ListAsync("auth/userpass/users"))["keys"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["bob"]);
        await vault.DeleteAsync("auth/userpass/users/bob");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/userpass/users/bob"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Read_tells_older_names_when_they_were_used()
    {
        await using var vault = await CreateAsync("""{"password": "pw", "policies": "ro", "ttl": "1h"}""");
        var user = await vault.ReadAsync("auth/userpass/users/bob");
        user["policies"]!.AsArray().Count.ShouldBe(1);
        user["ttl"]!.GetValue<int>().ShouldBe(3600);
        user["token_ttl"]!.GetValue<int>().ShouldBe(3600);
    }

    [Fact]
    public async Task Five_failures_lock_a_user_out_until_time_passes_or_an_administrator_unlocks()
    {
        await using var vault = await CreateAsync("""{"password": "pw"}""");
        for (var attempt = 0; attempt < 5; attempt++) await FailAsync(() => LoginAsync(vault, "bob", "no"));
        await DeniedAsync(() => LoginAsync(vault, "bob", "pw"));
        var locked = await vault.ReadAsync("sys/locked-users");
        locked["total"]!.GetValue<int>().ShouldBe(1);
        var mount = locked["by_namespace"]![0]!["mount_accessors"]![0]!;
        mount["alias_identifiers"]![0]!.GetValue<string>().ShouldBe("bob");
        await vault.WriteAsync($"sys/locked-users/{mount["mount_accessor"]}/unlock/bob");
        await LoginAsync(vault, "bob", "pw");

        for (var attempt = 0; attempt < 5; attempt++) await FailAsync(() => LoginAsync(vault, "bob", "no"));
        vault.Time.Advance(TimeSpan.FromMinutes(14));
        await DeniedAsync(() => LoginAsync(vault, "bob", "pw"));
        vault.Time.Advance(TimeSpan.FromMinutes(1));
        await LoginAsync(vault, "bob", "pw");
    }

    [Fact]
    public async Task Lockout_is_tuned_and_turned_off_by_the_settings_of_the_mount()
    {
        await using var vault = await CreateAsync("""{"password": "pw"}""");
        await vault.WriteAsync("sys/auth/userpass/tune", """{"user_lockout_config": {"lockout_threshold": "1", "lockout_duration": "1m", "lockout_counter_reset_duration": "1m"}}""");
        await FailAsync(() => LoginAsync(vault, "bob", "no"));
        await DeniedAsync(() => LoginAsync(vault, "bob", "pw"));
        (await vault.ReadAsync("sys/auth/userpass/tune"))["user_lockout_threshold"]!.GetValue<int>().ShouldBe(1);
        await vault.WriteAsync("sys/auth/userpass/tune", """{"user_lockout_config": {"lockout_disable": true}}""");
        await LoginAsync(vault, "bob", "pw");
    }

    /// <summary>CVE-2025-6004, CVE-2025-54998: another spelling of a name had a counter of its own.</summary>
    [Fact]
    public async Task Cve_2025_6004_another_spelling_of_a_name_does_not_evade_the_lockout()
    {
        await using var vault = await CreateAsync("""{"password": "pw"}""");
        foreach (var spelling in new[] { "bob", "Bob", "BOB", "bOb", "boB" }) await FailAsync(() => LoginAsync(vault, spelling, "no"));
        foreach (var spelling in new[] { "bob", "BoB" }) await DeniedAsync(() => LoginAsync(vault, spelling, "pw"));
        foreach (var spelling in new[] { " bob", "bob ", "bob%20", "./bob", "bob\t" })
            (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, spelling, "pw"))).Kind.ShouldBeOneOf(SecretErrorKind.NotFound, SecretErrorKind.Denied);
    }

    /// <summary>Locks tell nothing: a name that nobody has is locked like any other.</summary>
    [Fact]
    public async Task Lockout_does_not_tell_whether_there_is_such_a_user()
    {
        await using var vault = await CreateAsync("""{"password": "pw"}""");
        for (var attempt = 0; attempt < 5; attempt++) await FailAsync(() => LoginAsync(vault, "nobody", "no"));
        await DeniedAsync(() => LoginAsync(vault, "nobody", "no"));
    }

    [Fact]
    public async Task Guesses_made_at_once_are_counted_one_by_one()
    {
        await using var vault = await CreateAsync("""{"password": "pw"}""");
        var kinds = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
            (await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, "bob", "no"))).Kind)));
        kinds.Count(kind => kind == SecretErrorKind.InvalidInput).ShouldBe(5);
    }

    /// <summary>CVE-2025-6011, CVE-2025-54999: the time of an answer told whether there was such a user.</summary>
    [Fact]
    public async Task Cve_2025_6011_unknown_user_costs_the_work_of_a_known_one()
    {
        await using var vault = await CreateAsync("""{"password": "pw"}""", passwordIterations: 200_000);
        await vault.WriteAsync("sys/auth/userpass/tune", """{"user_lockout_config": {"lockout_disable": true}}""");
        var (known, unknown) = (double.MaxValue, double.MaxValue);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            known = Math.Min(known, await FailedLoginAsync(vault, "bob"));
            unknown = Math.Min(unknown, await FailedLoginAsync(vault, "nobody"));
        }
        // The derivation is nearly all of it: without it an answer takes a hundredth of the time, however busy the machine.
        unknown.ShouldBeGreaterThan(known * 0.1);
        known.ShouldBeGreaterThan(unknown * 0.1);
    }

    [Fact]
    public async Task Networks_of_the_user_bind_the_login()
    {
        await using var vault = await CreateAsync("""{"password": "pw", "token_bound_cidrs": "10.0.0.0/8"}""");
        await DeniedAsync(() => LoginAsync(vault, "bob", "pw"));
        vault.Address = IPAddress.Parse("10.0.0.1");
        await LoginAsync(vault, "bob", "pw");
    }

    private static async Task<double> FailedLoginAsync(VaultBench vault, string name)
    {
        var start = Stopwatch.GetTimestamp();
        await FailAsync(() => LoginAsync(vault, name, "no"));
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<VaultBench> CreateAsync(string user, int passwordIterations = 1_000)
    {
        var vault = await VaultBench.CreateAsync(passwordIterations: passwordIterations);
        await vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        await vault.WriteAsync("auth/userpass/users/bob", user);
        return vault;
    }

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, string name, string password) =>
        vault.WriteAsync($"auth/userpass/login/{name}", new JsonObject { ["password"] = password }.ToJsonString(), token: null);

    private static async Task DeniedAsync(Func<Task> call) => (await Should.ThrowAsync<SecretException>(call)).Kind.ShouldBe(SecretErrorKind.Denied);

    private static async Task<string> FailAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<SecretException>(call);
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }
}
