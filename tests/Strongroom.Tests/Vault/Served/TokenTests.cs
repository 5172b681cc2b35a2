using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class TokenTests
{
    [Fact]
    public async Task Token_in_a_path_is_told_by_no_log_and_answered_with_a_warning()
    {
        await using var vault = await VaultBench.CreateAsync();
        var file = Path.Combine(Path.GetDirectoryName(vault.AuditPath)! + "-device", "audit.log");
        await vault.WriteAsync("sys/audit/file", $$"""{"type": "file", "options": {"file_path": "{{file}}", "fail_closed": "true"} }""");
        try
        {
            var token = await vault.TokenAsync("default");
            foreach (var endpoint in new[] { "lookup", "renew", "revoke" })
                (await vault.WriteAsync($"auth/token/{endpoint}/{token}")).Warnings.ShouldHaveSingleItem().ShouldStartWith("Using a token in the path is unsafe");
            (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
            foreach (var log in new[] { vault.AuditPath, file })
            {
                var text = await File.ReadAllTextAsync(log);
                text.ShouldContain("auth/token/lookup/[token]");
                text.ShouldNotContain(token);
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task Revoke_ends_a_token_and_everything_it_made()
    {
        await using var vault = await VaultBench.CreateAsync();
        var parent = await vault.TokenAsync("root");
        var child = (await vault.WriteAsync("auth/token/create", """{"ttl": "1h"}""", parent)).Token;
        var grandchild = (await vault.WriteAsync("auth/token/create", """{"ttl": "1h"}""", child)).Token;
        await vault.WriteAsync("cubbyhole/mine", """{"a": "b"}""", child);

        await vault.WriteAsync("auth/token/revoke", $$"""{"token": "{{parent}}"}""");

        foreach (var token in new[] { parent, child, grandchild })
            (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
        await vault.ReopenAsync();
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", grandchild))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await vault.ListAsync("auth/token/accessors"))["keys"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Token_with_uses_is_good_for_so_many_requests()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = (await vault.WriteAsync("auth/token/create", """{"num_uses": 2, "ttl": "1h"}""")).Token;
        (await vault.ReadAsync("auth/token/lookup-self", token))["num_uses"]!.GetValue<int>().ShouldBe(1);
        await vault.ReadAsync("auth/token/lookup-self", token);
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Token_ends_with_its_time_and_renewal_moves_it_within_the_maximum()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = (await vault.WriteAsync("auth/token/create", """{"ttl": "1h", "explicit_max_ttl": "90m", "policies": ["default"]}""")).Token;
        vault.Time.Advance(TimeSpan.FromMinutes(50));
        (await vault.WriteAsync("auth/token/renew-self", """{"increment": "1h"}""", token)).Auth!.LeaseDuration.ShouldBe(TimeSpan.FromMinutes(40));
        vault.Time.Advance(TimeSpan.FromMinutes(40));
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }
}
