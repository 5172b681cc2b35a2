using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Conformance;
using Strongroom.Fakes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Vault;

public sealed class VaultLoginTests : IAsyncLifetime
{
    private VaultPlace _place = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await VaultPlace.StartAsync();
        await _place.CallAsync("POST", "sys/policies/acl/reader", $$"""{"policy":"path \"{{_place.Mount}}/*\" { capabilities = [\"read\"] }"}""");
        await _place.CallAsync("POST", $"{_place.Mount}/data/x", """{"data":{"value":"v"}}""");
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task AppRole_logs_in_once_for_many_at_the_same_time()
    {
        var (roleId, secretId) = await AppRoleAsync();
        await using var backend = _place.Backend([("auth", "approle"), ("role-id", roleId)], [("VAULT_SECRET_ID", secretId)]);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ReadAsync(backend))));

        Logins().ShouldBe(1);
    }

    [Fact]
    public async Task AppRole_unwraps_its_secret_id_once_and_raises_the_alarm_when_somebody_else_did()
    {
        var (roleId, _) = await AppRoleAsync();
        var wrapped = await WrappedAsync("auth/approle/role/app/secret-id");
        (string, string)[] settings = [("auth", "approle"), ("role-id", roleId), ("wrapped", "true")];
        await using var first = _place.Backend(settings, [("VAULT_SECRET_ID", wrapped)]);
        await using var second = _place.Backend(settings, [("VAULT_SECRET_ID", wrapped)]);

        await ReadAsync(first);
        var error = await Should.ThrowAsync<SecretException>(() => ReadAsync(second));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Help!.ShouldContain("somebody else has your secret id");
    }

    [Fact]
    public async Task AppRole_does_not_unwrap_what_wraps_something_else()
    {
        var (roleId, _) = await AppRoleAsync();
        var wrapped = await WrappedAsync("auth/token/create");
        await using var backend = _place.Backend([("auth", "approle"), ("role-id", roleId), ("wrapped", "true")], [("VAULT_SECRET_ID", wrapped)]);

        (await Should.ThrowAsync<SecretException>(() => ReadAsync(backend))).Reason.ShouldContain("wraps no secret id of this mount");
        (await _place.CallAsync("POST", "sys/wrapping/unwrap", token: wrapped))!["auth"].ShouldNotBeNull("it is still wrapped");
    }

    [Fact]
    public async Task UserPass_and_a_wrong_password()
    {
        await EnableAsync("userpass");
        await _place.CallAsync("POST", "auth/userpass/users/ann", """{"password":"correct horse","token_policies":["reader"]}""");
        (string, string)[] settings = [("auth", "userpass"), ("username", "ann")];
        await using var right = _place.Backend(settings, [("VAULT_PASSWORD", "correct horse")]);
        await using var wrong = new SecretStore("vault", _place.Backend(settings, [("VAULT_PASSWORD", "wrong horse")]));

        (await ReadAsync(right)).ShouldBe("v");
        var before = Logins();
        var error = await Should.ThrowAsync<SecretException>(async () => await wrong.ReadAsync(new SecretAddress("x")));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Message.ShouldNotContain("horse");
        Logins().ShouldBe(before + 1, "a refused login is not repeated");
    }

    [Fact]
    public async Task Token_is_renewed_at_two_thirds_of_its_life_and_replaced_when_it_is_gone()
    {
        var (roleId, secretId) = await AppRoleAsync();
        var time = new FakeTime();
        await using var backend = _place.Backend([("auth", "approle"), ("role-id", roleId)], [("VAULT_SECRET_ID", secretId)], time);
        await ReadAsync(backend);

        time.Advance(TimeSpan.FromMinutes(39));
        await ReadAsync(backend);
        Calls("auth/token/renew-self").ShouldBe(0);
        time.Advance(TimeSpan.FromMinutes(2));
        await ReadAsync(backend);
        Calls("auth/token/renew-self").ShouldBe(1);
        Logins().ShouldBe(1);

        var token = _place.Front.Exchanges.Last(e => e.Target.Contains("/data/x", StringComparison.Ordinal)).RequestHeaders["X-Vault-Token"];
        await _place.CallAsync("POST", "auth/token/revoke", new JsonObject { ["token"] = token }.ToJsonString());
        (await ReadAsync(backend)).ShouldBe("v");
        Logins().ShouldBe(2);
    }

    [Fact]
    public async Task Token_that_was_given_and_is_gone_says_so()
    {
        await using var backend = _place.Backend(variables: [("VAULT_TOKEN", "hvs.no-such-token")]);

        var error = await Should.ThrowAsync<SecretException>(() => ReadAsync(backend));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Message.ShouldContain("expired, revoked or unknown");
        error.Message.ShouldNotContain("no-such-token");
    }

    [Fact]
    public async Task Token_of_the_file_that_login_leaves_is_used()
    {
        var home = Directory.CreateTempSubdirectory("strongroom-home-");
        try
        {
            var file = Path.Combine(home.FullName, ".vault-token");
            await File.WriteAllTextAsync(file, _place.Token);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await using var backend = _place.Backend(variables: [("HOME", home.FullName)]);

            (await ReadAsync(backend)).ShouldBe("v");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Login_over_a_server_that_fails_is_unreachable_and_may_be_retried()
    {
        var (roleId, secretId) = await AppRoleAsync();
        await using var store = new SecretStore(
            "vault", _place.Backend([("auth", "approle"), ("role-id", roleId)], [("VAULT_SECRET_ID", secretId)]),
            new StoreOptions { Resilience = new StoreResilienceOptions { RetryDelay = TimeSpan.FromMilliseconds(1) } });
        _place.Front.Faults.Next(new Fault.Failing(503), times: 2);

        using var value = (await store.ReadAsync(new SecretAddress("x"))).Value;

        value.RevealText().ShouldBe("v");
    }

    private static async Task<string> ReadAsync(SecretBackend backend)
    {
        using var value = (await backend.ReadAsync(new SecretAddress("x"), default)).Value;
        return value.RevealText();
    }

    private async Task<(string RoleId, string SecretId)> AppRoleAsync()
    {
        await EnableAsync("approle");
        await _place.CallAsync("POST", "auth/approle/role/app", """{"token_policies":["reader"],"token_ttl":"1h","token_max_ttl":"10h"}""");
        var roleId = (string)(await _place.CallAsync("GET", "auth/approle/role/app/role-id"))!["data"]!["role_id"]!;
        var secretId = (string)(await _place.CallAsync("POST", "auth/approle/role/app/secret-id", "{}"))!["data"]!["secret_id"]!;
        return (roleId, secretId);
    }

    private async Task<string> WrappedAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_place.Direct.BaseAddress!, "/v1/" + path)) { Content = new StringContent("{}") };
        request.Headers.Add("X-Vault-Token", _place.Token);
        request.Headers.Add("X-Vault-Wrap-TTL", "5m");
        using var response = await _place.Direct.SendAsync(request);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["wrap_info"]!["token"]!;
    }

    private async Task EnableAsync(string method)
    {
        if ((await _place.CallAsync("GET", "sys/auth"))!["data"]![method + "/"] is null)
            await _place.CallAsync("POST", $"sys/auth/{method}", $$"""{"type":"{{method}}"}""");
    }

    private int Logins() => Calls("/login");

    private int Calls(string part) => _place.Front.Exchanges.Count(e => e.Target.Contains(part, StringComparison.Ordinal));
}
