using Shouldly;
using Strongroom.Backends.Environment;
using Strongroom.Backends.Memory;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
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
        secret.Attempts[0].Error!.Message.ShouldBe("env: read KEY: is not set");
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

    [Theory]
    [InlineData(SecretErrorKind.Denied)]
    [InlineData(SecretErrorKind.Unreadable)]
    [InlineData(SecretErrorKind.Malformed)]
    [InlineData(SecretErrorKind.Sealed)]
    [InlineData(SecretErrorKind.Corrupt)]
    public async Task Resolve_never_falls_through_a_refusal_or_damage(SecretErrorKind kind)
    {
        var resolver = Resolver(Plan("KEY", "first", "second"), ("first", new ScriptedBackend().Fails(kind)), ("second", await Memory("KEY", "x")));

        (await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"))).Kind.ShouldBe(kind);

        var explanation = await resolver.ExplainAsync("KEY");
        explanation.Attempts.Select(a => a.Verdict).ShouldBe([StepVerdict.Stopped, StepVerdict.NotReached]);
    }

    [Fact]
    public async Task Resolve_follows_the_plan_about_what_falls_through()
    {
        var plan = Plan("KEY", "first", "second") with { FallThrough = FallThrough.Unreachable };
        var resolver = Resolver(plan, ("first", Env("OTHER", "x")), ("second", await Memory("KEY", "x")));

        (await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Default_stands_in_for_a_missing_secret_and_not_for_an_outage()
    {
        var plan = Plan("KEY", "first") with { Default = SecretValue.FromText("default") };

        var found = await Resolver(plan, ("first", Env("OTHER", "x"))).ResolveAsync("KEY");
        (found.Value.RevealText(), found.Source).ShouldBe(("default", AnswerSource.Default));

        var down = Resolver(plan, ("first", new ScriptedBackend().Fails(SecretErrorKind.Unreachable)));
        (await Should.ThrowAsync<SecretException>(() => _time.RunAsync(() => down.ResolveAsync("KEY").AsTask()))).Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Fact]
    public async Task Outage_weighs_more_than_not_found()
    {
        var resolver = Resolver(
            Plan("KEY", "first", "second"), ("first", new ScriptedBackend().Fails(SecretErrorKind.Unreachable)), ("second", Env("OTHER", "x")));

        var error = await Should.ThrowAsync<SecretException>(() => _time.RunAsync(() => resolver.ResolveAsync("KEY").AsTask()));

        (error.Kind, error.Message).ShouldBe((SecretErrorKind.Unreachable, "KEY has no value: first failed as Unreachable, and no other store has it"));
    }

    [Fact]
    public async Task ResolveAll_asks_each_store_once_a_round_and_a_broken_one_never_again()
    {
        var broken = new ScriptedBackend().Fails(SecretErrorKind.Unreachable);
        var good = new ScriptedBackend { OnRead = (a, _) => a.Path is "B" ? throw ScriptedBackend.Error(SecretErrorKind.NotFound) : new(ScriptedBackend.Stored(a.Path)) };
        var options = new StoreOptions { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };
        var resolver = new Resolver(
            [new SecretStore("broken", broken, options, _time), new SecretStore("good", good, options, _time)],
            [Plan("A", "broken", "good"), Plan("B", "good", "broken"), Plan("C", "broken", "good"), Plan("D", "good") with { Required = false }],
            time: _time);

        using var report = await resolver.ResolveAllAsync();

        report.Secrets.Select(s => s.Name).ShouldBe(["A", "C", "D"]);
        var failure = report.Failures.Single();
        (failure.Name, failure.Error.Kind, failure.IsBlocking).ShouldBe(("B", SecretErrorKind.Unreachable, true));
        broken.Batches.Select(b => string.Join(',', b)).ShouldBe(["A,C"]);
        good.Batches.Select(b => string.Join(',', b)).ShouldBe(["B,D", "A,C"]);
    }

    [Fact]
    public async Task ResolveAll_tells_all_that_blocks_in_one_error()
    {
        var resolver = new Resolver(
            [new SecretStore("env", Env("X", "x"))],
            [Plan("A", "env"), Plan("B", "env"), Plan("C", "env") with { Required = false }], time: _time);
        using var report = await resolver.ResolveAllAsync();

        Should.Throw<SecretException>(report.ThrowIfBlocked).Message.ShouldBe(
            "2 secrets have no value:\n  A: env: read A: is not set\n  B: env: read B: is not set");
    }

    [Fact]
    public async Task Store_that_cannot_read_is_skipped()
    {
        var resolver = Resolver(Plan("KEY", "ci", "second"), ("ci", new UnreadableBackend()), ("second", await Memory("KEY", "x")));

        using var secret = await resolver.ResolveAsync("KEY");

        secret.Attempts.Select(a => a.Verdict).ShouldBe([StepVerdict.Skipped, StepVerdict.Answered]);
    }

    [Fact]
    public async Task Write_goes_to_the_first_store_that_can_be_written()
    {
        var memory = new MemoryBackend(_time);
        var resolver = Resolver(Plan("KEY", "env", "vault"), ("env", Env("OTHER", "x")), ("vault", memory));

        var written = await resolver.WriteAsync("KEY", new SecretWrite(SecretValue.FromText("new")));

        (written.Reference.ToString(), written.Version).ShouldBe(("vault://KEY", 1));
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("new");
    }

    [Fact]
    public async Task Write_without_a_writable_store_says_which_could()
    {
        var resolver = Resolver(Plan("KEY", "env"), ("env", Env("OTHER", "x")), ("vault", new MemoryBackend(_time)));

        var error = await Should.ThrowAsync<SecretException>(
            async () => await resolver.WriteAsync("KEY", new SecretWrite(SecretValue.FromText("new"))));

        (error.Kind, error.Message).ShouldBe((SecretErrorKind.Unsupported,
            "write KEY: has no store in its chain that can be written; add one of these stores to its chain: vault"));
    }

    [Fact]
    public async Task List_tells_each_name_once_with_all_its_places()
    {
        var plan = new ResolutionPlan("KEY", [new("env", new SecretAddress("KEY")), new("vault", new SecretAddress("dev/key"))]);
        var resolver = Resolver(plan, ("env", Env("KEY", "a")), ("vault", await Memory("dev/key", "b")), ("ci", new UnreadableBackend()));

        var listing = await resolver.ListAsync();

        listing.Secrets.Select(s => $"{s.Name} {s.IsPlanned} {string.Join(' ', s.Origins)}").ShouldBe(["KEY True env://KEY vault://dev/key"]);
        listing.Failures.Single().Kind.ShouldBe(SecretErrorKind.Unsupported);
    }

    [Fact]
    public void Resolver_reports_every_fault_of_its_plans_at_once()
    {
        var error = Should.Throw<SecretException>(() => new Resolver([new SecretStore("env", Env("A", "x"))], [Plan("A", "env"), Plan("A", "vault")]));

        error.Message.ShouldBe("resolver: A is planned twice; A names the store vault, which is not configured");
    }

    [Fact]
    public async Task Resolve_of_local_stores_loads_nothing_heavy()
    {
        var context = new StartupContext();
        try
        {
            var scenario = context.LoadFromAssemblyName(typeof(StartupScenario).Assembly.GetName()).GetType(typeof(StartupScenario).FullName!)!;
            await (Task)scenario.GetMethod(nameof(StartupScenario.RunAsync))!.Invoke(null, null)!;

            context.Asked.ShouldContain("Strongroom");
            foreach (var heavy in (string[])
                ["Polly.Core", "System.Linq", "System.Net.Http", "System.Text.Json", "System.Text.RegularExpressions",
                 "System.Diagnostics.DiagnosticSource", "System.Threading.Channels", "YamlDotNet"])
                context.Asked.ShouldNotContain(heavy);
        }
        finally
        {
            context.Unload();
        }
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

    private sealed class UnreadableBackend : SecretBackend
    {
        public override string Kind => "ci";

        public override BackendCapabilities Capabilities => BackendCapabilities.None;

        public override bool IsLocal => true;
    }
}
