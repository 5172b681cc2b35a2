using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class WrappingTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Whoever made one by hand could put into it what it likes, and say where it came from.</summary>
    [Fact]
    public async Task Policy_of_wrapping_tokens_is_given_to_no_other_token()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("auth/token/roles/any", """{"allowed_policies_glob": "*"}""");
        foreach (var path in new[] { "auth/token/create", "auth/token/create-orphan", "auth/token/create/any" })
        {
            var error = await Should.ThrowAsync<SecretException>(() => vault.WriteAsync(path, """{"policies": ["Response-Wrapping"], "no_default_policy": true}"""));
            error.Reason.ShouldBe("cannot assign policy \"response-wrapping\"");
        }
        await vault.WriteAsync("sys/auth/userpass", """{"type": "userpass"}""");
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/userpass/users/bob", """{"password": "pw", "token_policies": "response-wrapping"}"""))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Unwrap_gives_the_answer_once()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await WrapAsync(vault);
        (await vault.WriteAsync("sys/wrapping/lookup", $$"""{"token": "{{token}}"}""", token: null))["creation_path"]!.GetValue<string>().ShouldBe("secret/data/app");

        var answer = await vault.WriteAsync("sys/wrapping/unwrap", "{}", token);
        answer["data"]!["data"]!["a"]!.GetValue<string>().ShouldBe("b");

        var again = await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/wrapping/unwrap", "{}", token));
        again.Reason.ShouldBe("wrapping token is not valid or does not exist");
        again.Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Unwrap_by_another_token_spends_the_wrapping_token()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await WrapAsync(vault);
        (await vault.WriteAsync("sys/wrapping/unwrap", $$"""{"token": "{{token}}"}"""))["data"]!["data"]!["a"]!.GetValue<string>().ShouldBe("b");
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/wrapping/unwrap", $$"""{"token": "{{token}}"}"""));
    }

    [Fact]
    public async Task Of_many_who_unwrap_at_once_one_succeeds()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await WrapAsync(vault);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                return (await vault.WriteAsync("sys/wrapping/unwrap", i % 2 == 0 ? "{}" : $$"""{"token": "{{token}}"}""", i % 2 == 0 ? token : VaultBench.RootToken)).Data;
            }
            catch (SecretException)
            {
                return null;
            }
        })));
        outcomes.Count(outcome => outcome is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Wrapping_token_can_do_nothing_else_and_ends_with_its_time()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await WrapAsync(vault);
        await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("secret/data/app", token));
        token = await WrapAsync(vault);
        vault.Time.Advance(Minute);
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/wrapping/unwrap", "{}", token));
    }

    [Fact]
    public async Task Rewrap_moves_the_answer_to_a_new_token()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await WrapAsync(vault);
        var next = (await vault.WriteAsync("sys/wrapping/rewrap", $$"""{"token": "{{token}}"}""")).Wrap!;
        next.CreationPath.ShouldBe("secret/data/app");
        await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/wrapping/unwrap", "{}", token));
        (await vault.WriteAsync("sys/wrapping/unwrap", "{}", next.Token.Reveal()))["data"]!["data"]!["a"]!.GetValue<string>().ShouldBe("b");
    }

    [Fact]
    public async Task Of_many_who_rewrap_at_once_one_succeeds()
    {
        await using var vault = await VaultBench.CreateAsync();
        var token = await WrapAsync(vault);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (await vault.WriteAsync("sys/wrapping/rewrap", $$"""{"token": "{{token}}"}""")).Wrap;
            }
            catch (SecretException e)
            {
                e.Reason.ShouldBe("wrapping token is not valid or does not exist");
                return null;
            }
        })));
        outcomes.Count(wrap => wrap is not null).ShouldBe(1);
        await vault.WriteAsync("sys/leases/tidy");
        var next = outcomes.Single(wrap => wrap is not null)!.Token.Reveal();
        (await vault.WriteAsync("sys/wrapping/unwrap", "{}", next))["data"]!["data"]!["a"]!.GetValue<string>().ShouldBe("b");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Server_that_dies_while_it_rewraps_loses_no_answer(int commit, bool afterIt)
    {
        var dying = new DyingAtWill(new MemoryStorage());
        await using var vault = await VaultBench.CreateAsync(dying);
        var token = await WrapAsync(vault);
        var before = await TokensAsync(vault);
        dying.DieAt(commit, afterIt);
        try
        {
            await vault.WriteAsync("sys/wrapping/rewrap", $$"""{"token": "{{token}}"}""");
        }
        catch (SecretException)
        {
            // Dead.
        }
        dying.Revive();
        await vault.ReopenAsync();
        await vault.WriteAsync("sys/leases/tidy");
        // Either the old token still unwraps, or a new one, whose text only the client has, took its place.
        if (commit == 1 && !afterIt) (await vault.WriteAsync("sys/wrapping/unwrap", "{}", token)).Data.ShouldNotBeNull();
        else (await TokensAsync(vault)).ShouldBe(before);
    }

    private static async Task<int> TokensAsync(VaultBench vault) => (await vault.ListAsync("auth/token/accessors"))["keys"]!.AsArray().Count;

    private static async Task<string> WrapAsync(VaultBench vault)
    {
        await vault.WriteAsync("secret/data/app", """{"data": {"a": "b"}}""");
        var wrapped = await vault.SendAsync(VaultOperation.Read, "secret/data/app", null, VaultBench.RootToken, Minute);
        wrapped.Data.ShouldBeNull();
        wrapped.Wrap!.Ttl.ShouldBe(Minute);
        return wrapped.Wrap.Token.Reveal();
    }

    /// <summary>Dies at one of the next commits, before or after it happened, and lives on when it is told to.</summary>
    private sealed class DyingAtWill(VaultStorage inner) : SharedStorage(inner)
    {
        private int _left;
        private bool _afterIt;
        private bool _dead;

        public void DieAt(int commit, bool afterIt) => (_left, _afterIt) = (commit, afterIt);

        public void Revive() => (_left, _dead) = (0, false);

        public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
        {
            if (_dead) throw new SecretException(SecretErrorKind.Unreachable, "the process is dead");
            _dead = _left > 0 && --_left == 0;
            if (_dead && !_afterIt) throw new SecretException(SecretErrorKind.Unreachable, "the process is dead");
            var result = await base.CommitAsync(changes, cancellationToken);
            return _dead ? throw new SecretException(SecretErrorKind.Unreachable, "the process is dead") : result;
        }
    }
}
