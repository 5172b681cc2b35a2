using Shouldly;
using Strongroom.Backends.Environment;
using Strongroom.Backends.Memory;
using Strongroom.Conformance;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Resolution;

public sealed class ResolverTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Resolve_takes_the_first_value_of_the_chain()
    {
        var resolver = Resolver(Plan("KEY", "env", "vault"), ("env", Env("KEY", "from env")), ("vault", await Memory("KEY", "from vault")));

        using var secret = await resolver.ResolveAsync("KEY");

        secret.Value.RevealText().ShouldBe("from env");
        secret.Origin!.Store.ShouldBe("env");
    }

    [Fact]
    public async Task Resolve_falls_through_not_found()
    {
        var resolver = Resolver(Plan("KEY", "env", "vault"), ("env", Env("OTHER", "x")), ("vault", await Memory("KEY", "from vault")));

        using var secret = await resolver.ResolveAsync("KEY");

        secret.Value.RevealText().ShouldBe("from vault");
        secret.Version.ShouldBe(1);
        secret.Attempts.Select(a => a.Verdict).ShouldBe([StepVerdict.FellThrough, StepVerdict.Answered]);
        secret.Attempts[0].Error!.Message.ShouldBe("env: read KEY is not set");
    }

    [Fact]
    public async Task Resolve_of_a_name_nobody_knows_names_the_stores()
    {
        var resolver = Resolver(Plan("KEY", "env", "vault"), ("env", Env("OTHER", "x")), ("vault", new MemoryBackend(_time)));

        var error = await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"));

        error.Kind.ShouldBe(SecretErrorKind.NotFound);
        error.Message.ShouldBe("KEY was not found in env, vault");
    }

    [Fact]
    public async Task Explain_tells_of_shadowed_steps()
    {
        var resolver = Resolver(
            Plan("KEY", "env", "vault", "backup"),
            ("env", Env("KEY", "a")), ("vault", await Memory("KEY", "a")), ("backup", await Memory("KEY", "b")));

        var explanation = await resolver.ExplainAsync("KEY");

        explanation.Attempts.Select(a => (a.Verdict, a.SameValue)).ShouldBe(
            [(StepVerdict.Answered, null), (StepVerdict.Shadowed, true), (StepVerdict.Shadowed, false)]);
        explanation.Origin!.Store.ShouldBe("env");
    }

    private static ResolutionPlan Plan(string name, params string[] stores) =>
        new(name, [.. stores.Select(s => new SecretReference(s, new SecretAddress(name)))]);

    private static EnvironmentBackend Env(string name, string value) => new(new Dictionary<string, string> { [name] = value });

    private async Task<MemoryBackend> Memory(string path, string value)
    {
        var backend = new MemoryBackend(_time);
        await backend.WriteAsync(new SecretAddress(path), new SecretWrite(SecretValue.FromText(value)), default);
        return backend;
    }

    private Resolver Resolver(ResolutionPlan plan, params (string Name, SecretBackend Backend)[] stores) =>
        new([.. stores.Select(s => new SecretStore(s.Name, s.Backend, time: _time))], [plan], time: _time);
}
