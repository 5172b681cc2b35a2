using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>Limits of how many leases there may be: <c>sys/quotas/lease-count</c>.</summary>
public sealed class LeaseQuotaTests : IAsyncLifetime
{
    private const string Create = "auth/token/create";

    private VaultBench _vault = null!;

    public async ValueTask InitializeAsync() => _vault = await VaultBench.CreateAsync();

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task Create_beyond_the_limit_is_refused_until_one_is_revoked()
    {
        await LimitAsync("""{"path": "auth/token", "max_leases": 2}""");
        var first = await MakeAsync();
        await MakeAsync();

        var error = await Should.ThrowAsync<SecretException>(() => MakeAsync());
        error.Kind.ShouldBe(SecretErrorKind.Throttled);
        error.Reason.ShouldBe("request path \"auth/token/create\": lease count quota exceeded");
        (await CounterAsync()).ShouldBe(2);

        await _vault.WriteAsync("auth/token/revoke-self", "{}", first);
        await MakeAsync();
    }

    [Fact]
    public async Task Leases_from_before_the_quota_and_before_the_start_count()
    {
        for (var i = 0; i < 3; i++) await MakeAsync();
        await LimitAsync("""{"max_leases": 4}""");
        (await CounterAsync()).ShouldBe(3);
        await MakeAsync();

        await _vault.ReopenAsync();

        await RefusedAsync();
        (await CounterAsync()).ShouldBe(4);
        await _vault.WriteAsync("sys/leases/revoke-prefix/auth/token/create");
        (await CounterAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Lease_past_its_end_counts_no_more_and_a_renewed_one_does()
    {
        await LimitAsync("""{"path": "auth/token/", "max_leases": 2}""");
        await MakeAsync("10m");
        var renewed = await MakeAsync("10m");
        await _vault.WriteAsync("auth/token/renew-self", """{"increment": "2h"}""", renewed);

        _vault.Time.Advance(TimeSpan.FromMinutes(10));

        (await CounterAsync()).ShouldBe(1);
        await MakeAsync();
        await RefusedAsync();
        await _vault.WriteAsync("sys/leases/tidy");
        (await CounterAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Token_that_was_used_up_counts_no_more()
    {
        await LimitAsync("""{"path": "auth/token/", "max_leases": 1}""");
        var token = (await _vault.WriteAsync(Create, """{"policies": ["default"], "ttl": "1h", "num_uses": 1}""")).Token;
        await RefusedAsync();

        await _vault.ReadAsync("auth/token/lookup-self", token);

        await MakeAsync();
    }

    [Fact]
    public async Task Children_of_a_revoked_token_count_no_more()
    {
        await _vault.WriteAsync("sys/policies/acl/maker", """{"policy": "path \"auth/token/create\" { capabilities = [\"update\"] }"}""");
        await LimitAsync("""{"max_leases": 2}""");
        var parent = await _vault.TokenAsync("maker");
        await _vault.WriteAsync(Create, """{"ttl": "1h"}""", parent);
        await RefusedAsync();

        await _vault.WriteAsync("auth/token/revoke-self", "{}", parent);

        (await CounterAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Batch_tokens_do_not_count_and_are_not_made_beyond_the_limit()
    {
        await LimitAsync("""{"max_leases": 1}""");
        const string batch = """{"type": "batch", "policies": ["default"], "ttl": "1h"}""";
        await _vault.WriteAsync(Create, batch);
        (await CounterAsync()).ShouldBe(0);
        await MakeAsync();

        (await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync(Create, batch))).Kind.ShouldBe(SecretErrorKind.Throttled);
    }

    [Fact]
    public async Task Root_tokens_and_wrapped_answers_do_not_count()
    {
        await LimitAsync("""{"max_leases": 1}""");
        await MakeAsync();

        await _vault.WriteAsync(Create, """{"policies": ["root"]}""");
        (await _vault.SendAsync(VaultOperation.Read, "sys/mounts", null, VaultBench.RootToken, TimeSpan.FromMinutes(1))).Wrap.ShouldNotBeNull();

        (await CounterAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Closest_quota_counts_and_that_of_a_role_is_closest()
    {
        await _vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        foreach (var user in new[] { "ada", "bob", "cleo" }) await _vault.WriteAsync("auth/userpass/users/" + user, """{"password": "long enough"}""");
        await _vault.WriteAsync("sys/quotas/lease-count/all", """{"max_leases": 1}""");
        await _vault.WriteAsync("sys/quotas/lease-count/mount", """{"path": "auth/userpass", "max_leases": 2}""");
        await _vault.WriteAsync("sys/quotas/lease-count/ada", """{"path": "auth/userpass/", "role": "ada", "max_leases": 1}""");
        await _vault.WriteAsync("sys/quotas/lease-count/bob", """{"path": "auth/userpass/login/b*", "max_leases": 1}""");

        await LoginAsync("ada");
        await LoginAsync("bob");
        await LoginAsync("cleo");
        await LoginAsync("cleo");
        await MakeAsync();

        foreach (var user in new[] { "ada", "bob", "cleo" }) (await Should.ThrowAsync<SecretException>(() => LoginAsync(user))).Kind.ShouldBe(SecretErrorKind.Throttled);
        await RefusedAsync();
        await _vault.ReopenAsync();
        (await _vault.ReadAsync("sys/quotas/lease-count/mount")).Data!.ToJsonString()
            .ShouldBe("""{"counter":2,"inheritable":false,"max_leases":2,"name":"mount","path":"auth/userpass/","role":"","type":"lease-count"}""");
        await _vault.DeleteAsync("sys/quotas/lease-count/ada");
        (await _vault.ReadAsync("sys/quotas/lease-count/mount"))["counter"]!.GetValue<int>().ShouldBe(3);
        (await _vault.ListAsync("sys/quotas/lease-count"))["keys"]!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task Many_at_once_do_not_exceed_the_limit()
    {
        await MakeAsync();
        await LimitAsync("""{"max_leases": 10}""");
        await _vault.ReopenAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await MakeAsync();
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Throttled)
            {
                return null;
            }
        })));

        made.Count(token => token is not null).ShouldBe(9);
        await Task.WhenAll(made.OfType<string>().Take(5).Select(token => Task.Run(() => _vault.WriteAsync("auth/token/revoke-self", "{}", token))));
        (await CounterAsync()).ShouldBe(5);
    }

    [Fact]
    public async Task Rate_limit_of_a_role_is_about_its_logins_alone()
    {
        await _vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        foreach (var user in new[] { "ada", "bob" }) await _vault.WriteAsync("auth/userpass/users/" + user, """{"password": "long enough"}""");
        await _vault.WriteAsync("sys/quotas/rate-limit/ada", """{"path": "auth/userpass", "role": "ada", "rate": 1, "interval": "1m"}""");

        await LoginAsync("ada");
        (await LoginAsync("ada")).StatusCode.ShouldBe(429);
        (await LoginAsync("bob")).StatusCode.ShouldBe(0);
        (await _vault.ReadAsync("auth/userpass/users/ada")).StatusCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{}""", "'max_leases' is invalid")]
    [InlineData("""{"max_leases": 1, "path": "none"}""", "invalid mount path \"none\"")]
    [InlineData("""{"max_leases": 1, "path": "secret", "role": "x"}""", "Mount path \"secret/\" is not a valid auth method and therefore unsuitable for use with role-based quotas")]
    [InlineData("""{"max_leases": 1, "path": "auth/token", "inheritable": true}""", "'inheritable' is about namespaces, which are not there: it is true without a path and false with one")]
    public async Task Quota_that_cannot_be_is_refused(string body, string reason) =>
        (await Should.ThrowAsync<SecretException>(() => LimitAsync(body))).Reason.ShouldBe(reason);

    private Task LimitAsync(string body) => _vault.WriteAsync("sys/quotas/lease-count/q", body);

    private async Task<int> CounterAsync() => (await _vault.ReadAsync("sys/quotas/lease-count/q"))["counter"]!.GetValue<int>();

    private async Task<string> MakeAsync(string ttl = "1h") => (await _vault.WriteAsync(Create, $$"""{"policies": ["default"], "ttl": "{{ttl}}"}""")).Token;

    private async Task RefusedAsync() => (await Should.ThrowAsync<SecretException>(() => MakeAsync())).Kind.ShouldBe(SecretErrorKind.Throttled);

    private Task<VaultBench.Answer> LoginAsync(string user) => _vault.WriteAsync("auth/userpass/login/" + user, """{"password": "long enough"}""", token: null);
}
