using Shouldly;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Manifest;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Resolution;

/// <summary>From the text of a manifest to values: plan, chain, defaults and composed values together.</summary>
public sealed class ProjectSecretsTests
{
    private const string Stores = """
        version: 1
        stores:
          first: memory
          second: memory
        chain: [first, second]

        """;

    private readonly FakeTime _time = new();
    private readonly ScriptedBackend _first = new();
    private readonly ScriptedBackend _second = new();

    [Theory]
    [InlineData("URL: {value: 'db://${USER}:${PASSWORD|url}@host'}", "db://app:p%40ss@host")]
    [InlineData("URL: {value: '${second://shared/token}-${USER}'}", "t0ken-app")]
    [InlineData("URL: {value: 'outer ${INNER} $${USER}'}\n  INNER: {value: 'inner ${USER}'}", "outer inner app ${USER}")]
    [InlineData("URL: {value: 'nothing to look up'}", "nothing to look up")]
    [InlineData("URL: {value: '${USER}', from: [first]}", "app")]
    [InlineData("URL: {value: '${USER}', path: {second: KNOWN}, from: [first, second]}", "from a store")]
    [InlineData("URL: {value: '${LEVEL}'}\n  LEVEL: {default: info}", "info")]
    public async Task Resolve_composes_what_no_store_has(string url, string value)
    {
        Hold(_first, ("USER", "app"));
        Hold(_second, ("PASSWORD", "p@ss"), ("shared/token", "t0ken"), ("KNOWN", "from a store"));
        using var secrets = Secrets($"secrets:\n  {url}\n  USER:\n  PASSWORD:");

        using var one = await secrets.ResolveAsync("URL");
        using var all = await secrets.ResolveAllAsync();

        one.Value.RevealText().ShouldBe(value);
        all.Failures.ShouldBeEmpty();
        all.Secrets.Select(s => s.Name).ShouldBe(secrets.Plan.Secrets.Select(s => s.Name), "in the order of the manifest, and nothing else");
        all.Secrets[0].Value.RevealText().ShouldBe(value);
    }

    [Theory]
    [InlineData(SecretErrorKind.Denied)]
    [InlineData(SecretErrorKind.Unreachable)]
    [InlineData(SecretErrorKind.Sealed)]
    [InlineData(SecretErrorKind.Corrupt)]
    public async Task Store_that_refuses_or_is_away_is_not_replaced_by_a_composed_value(SecretErrorKind kind)
    {
        Hold(_second, ("USER", "app"));
        _first.Fails(kind);
        using var secrets = Secrets("secrets: {URL: {value: '${USER}', from: [first]}, USER: {from: [second]}}");

        using var report = await secrets.ResolveAllAsync(["URL"]);

        report.Secrets.ShouldBeEmpty();
        report.Failures.Single().Error.Kind.ShouldBe(kind);
        (await Should.ThrowAsync<SecretException>(async () => await secrets.ResolveAsync("URL"))).Kind.ShouldBe(kind);
        (await secrets.ExplainAsync("URL")).Error!.Kind.ShouldBe(kind);
    }

    [Theory]
    [InlineData(SecretErrorKind.NotFound, "true", true)]
    [InlineData(SecretErrorKind.NotFound, "false", false)]
    [InlineData(SecretErrorKind.Unreachable, "false", false)]
    [InlineData(SecretErrorKind.Denied, "false", true)]
    public async Task Part_without_a_value_fails_the_whole_with_its_kind(SecretErrorKind kind, string required, bool isBlocking)
    {
        _first.Fails(kind);
        using var secrets = Secrets(
            "secrets: {URL: {value: 'x${INNER}', required: " + required + "}, INNER: {value: '${USER}'}, USER: {from: [first]}}");

        using var report = await secrets.ResolveAllAsync(["URL"]);

        var failure = report.Failures.Single();
        (failure.Name, failure.Error.Kind, failure.IsBlocking).ShouldBe(("URL", kind, isBlocking));
        failure.Error.Message.ShouldBe($"URL cannot be composed: INNER cannot be composed: first: read USER: failed as {kind}");
        if (isBlocking) Should.Throw<SecretException>(report.ThrowIfBlocked);
        else report.ThrowIfBlocked();
    }

    [Fact]
    public async Task Value_composed_beyond_the_limit_is_a_failure_of_that_secret_alone()
    {
        Hold(_first, ("USER", new string('x', SecretValue.LengthMax)));
        using var secrets = Secrets("secrets: {URL: {value: '${USER}${USER}'}, USER: {}}");

        using var report = await secrets.ResolveAllAsync();

        report.Secrets.Single().Name.ShouldBe("USER");
        report.Failures.Single().Error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task ResolveAll_asks_each_store_once_also_for_parts_and_addresses()
    {
        Hold(_first, ("A", "a"), ("direct", "d"));
        Hold(_second, ("B", "b"), ("direct", "e"));
        using var secrets = Secrets("""
            secrets:
              ONE: {value: '${A}${first://direct}${second://direct}'}
              TWO: {value: '${B}${first://direct}'}
              A: {from: [first]}
              B: {from: [second]}
            """);

        using var report = await secrets.ResolveAllAsync();

        report.Secrets.Select(s => s.Value.RevealText()).ShouldBe(["ade", "bd", "a", "b"]);
        (_first.Calls, _second.Calls).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Composed_value_is_as_old_and_as_stale_as_its_parts()
    {
        Hold(_first, ("USER", "app"));
        using var secrets = Secrets("secrets: {URL: {value: '${USER}!'}, USER: {from: [first]}}");
        var asked = _time.GetUtcNow();
        using (await secrets.ResolveAsync("URL"))
        {
            _first.Fails(SecretErrorKind.Unreachable);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        using var secret = await secrets.ResolveAsync("URL");

        secret.Value.RevealText().ShouldBe("app!");
        (secret.FetchedAt, secret.StaleBecause!.Kind, secret.Source, secret.ToString())
            .ShouldBe((asked, SecretErrorKind.Unreachable, AnswerSource.Composed, "URL (composed)"));
    }

    [Fact]
    public async Task Chain_falls_through_what_is_missing_or_away_and_never_a_refusal()
    {
        _first.OnRead = (address, _) => address.Path switch
        {
            "AWAY" => throw ScriptedBackend.Error(SecretErrorKind.Unreachable),
            "REFUSED" => throw ScriptedBackend.Error(SecretErrorKind.Denied),
            _ => throw ScriptedBackend.Error(SecretErrorKind.NotFound),
        };
        Hold(_second, ("MISSING", "m"), ("AWAY", "a"), ("REFUSED", "r"), ("ONLY", "o"));
        using var secrets = Secrets("secrets: {MISSING: {}, AWAY: {}, REFUSED: {}, ONLY: {from: [first]}}");

        using var report = await secrets.ResolveAllAsync();

        report.Secrets.Select(s => $"{s.Name} {s.Origin}").ShouldBe(["MISSING second://MISSING", "AWAY second://AWAY"]);
        report.Failures.Select(f => (f.Name, f.Error.Kind)).ShouldBe([("REFUSED", SecretErrorKind.Denied), ("ONLY", SecretErrorKind.NotFound)]);
    }

    [Theory]
    [InlineData(SecretErrorKind.NotFound, "default", true)]
    [InlineData(SecretErrorKind.Unreachable, null, true)]
    [InlineData(SecretErrorKind.Throttled, null, true)]
    [InlineData(SecretErrorKind.Denied, null, false)]
    public async Task Optional_secret_blocks_only_when_a_store_refuses(SecretErrorKind kind, string? value, bool mayGoOn)
    {
        _first.Fails(kind);
        _second.Fails(kind);
        using var secrets = Secrets("secrets: {PLAIN: {required: false}, LEVEL: {required: false, default: default}}");

        using var report = await secrets.ResolveAllAsync();

        report.Secrets.Select(s => s.Value.RevealText()).ShouldBe(value is null ? [] : [value]);
        if (mayGoOn) report.ThrowIfBlocked();
        else Should.Throw<SecretException>(report.ThrowIfBlocked).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task Required_secret_without_a_value_blocks_unless_it_has_a_default()
    {
        using var secrets = Secrets("secrets: {KEY: {}, LEVEL: {default: ''}}");

        using var report = await secrets.ResolveAllAsync();

        report.Secrets.Select(s => (s.Name, s.Source, s.Value.Length)).ShouldBe([("LEVEL", AnswerSource.Default, 0)]);
        Should.Throw<SecretException>(report.ThrowIfBlocked).Message.ShouldBe("KEY was not found in first, second");
    }

    [Fact]
    public async Task Undeclared_name_is_looked_for_along_the_chain_and_a_bad_one_is_refused()
    {
        Hold(_second, ("UNDECLARED", "u"));
        using var secrets = Secrets("secrets: {KEY: {}}");

        using var found = await secrets.ResolveAsync("UNDECLARED");
        var missing = await Should.ThrowAsync<SecretException>(async () => await secrets.ResolveAsync("NOWHERE"));
        var bad = await Should.ThrowAsync<SecretException>(async () => await secrets.ResolveAsync("no name"));

        found.ToString().ShouldBe("UNDECLARED from second://UNDECLARED");
        (missing.Kind, bad.Kind).ShouldBe((SecretErrorKind.NotFound, SecretErrorKind.InvalidInput));
    }

    [Fact]
    public async Task Reference_is_read_where_it_points_and_nowhere_else()
    {
        Hold(_first, ("shared/key", "1"));
        Hold(_second, ("shared/key", "2"), ("KEY", "no"));
        using var secrets = Secrets("secrets: {KEY: {ref: 'second://shared/key'}}");

        using var named = await secrets.ResolveAsync("KEY");
        using var direct = await secrets.ResolveAsync(SecretReference.Parse("first://shared/key"));
        var unknown = await Should.ThrowAsync<SecretException>(async () => await secrets.ResolveAsync(SecretReference.Parse("third://x")));

        (named.Value.RevealText(), direct.Value.RevealText()).ShouldBe(("2", "1"));
        unknown.Message.ShouldBe("there is no store named third; the stores are first, second");
    }

    [Fact]
    public async Task Resolve_of_a_cached_name_allocates_nothing()
    {
        Hold(_first, ("KEY", "value"));
        using var secrets = Secrets("secrets: {KEY: {}}");
        for (var i = 0; i < 100; i++) await secrets.ResolveAsync("KEY");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) secrets.ResolveAsync("KEY").IsCompletedSuccessfully.ShouldBeTrue();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        _first.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Parts_that_nobody_asked_for_are_zeroed()
    {
        var part = SecretValue.FromText("app");
        _first.OnRead = (_, _) => new(new StoredSecret(part));
        var options = new ResolverOptions { Cache = CacheOptions.Off };
        using var secrets = new ProjectSecrets(
            Plan("secrets: {URL: {value: '${USER}!'}, USER: {from: [first]}}"), [Store("first", _first), Store("second", _second)], options, _time);

        using var report = await secrets.ResolveAllAsync(["URL"]);

        report.Secrets.Single().Value.RevealText().ShouldBe("app!");
        Should.Throw<ObjectDisposedException>(() => _ = part.Reveal().Length);
    }

    [Fact]
    public async Task Explain_of_a_composed_secret_tells_of_its_parts()
    {
        Hold(_second, ("USER", "app"));
        using var secrets = Secrets("""
            secrets:
              URL: {value: '${USER}${USER}${second://gone}${LEVEL}', from: [first]}
              GOOD: {value: '${USER}'}
              USER: {}
              LEVEL: {default: info}
            """);

        var bad = await secrets.ExplainAsync("URL");
        var good = await secrets.ExplainAsync("GOOD");

        bad.Attempts.Select(a => a.Verdict).ShouldBe([StepVerdict.FellThrough]);
        bad.Parts.Select(p => (p.Name, p.Origin?.ToString(), p.UsesDefault, p.Error?.Kind)).ShouldBe(
            [("USER", "second://USER", false, null), ("second://gone", null, false, SecretErrorKind.NotFound), ("LEVEL", null, true, null)]);
        bad.Error!.Message.ShouldBe("URL cannot be composed: second: read gone: failed as NotFound");
        (good.Error, good.Parts.Count).ShouldBe((null, 1));
    }

    private static void Hold(ScriptedBackend backend, params (string Path, string Text)[] values) =>
        backend.OnRead = (address, _) =>
        {
            foreach (var (path, text) in values)
                if (string.Equals(path, address.Path)) return new(ScriptedBackend.Stored(text));
            throw ScriptedBackend.Error(SecretErrorKind.NotFound);
        };

    private static ManifestPlan Plan(string secrets) => ManifestPlan.Create(ManifestReader.Read(Stores + secrets).Manifest.ShouldNotBeNull());

    private ProjectSecrets Secrets(string secrets) => new(Plan(secrets), [Store("first", _first), Store("second", _second)], time: _time);

    private SecretStore Store(string name, SecretBackend backend) =>
        new(name, backend, new StoreOptions { Resilience = new StoreResilienceOptions { RetriesMax = 0 } }, _time);
}
