using Shouldly;
using Strongroom.Backends.PulumiEsc;
using Strongroom.Conformance;
using Strongroom.Fakes;
using Strongroom.Fakes.PulumiEsc;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.PulumiEsc;

public sealed class PulumiEscBackendTests : IAsyncLifetime
{
    private const string Definition = """
        # who asks: the shop team
        imports:
          - shop/base
        values:
          # payments
          STRIPE_KEY:
            fn::secret: {ciphertext: c2tfbGl2ZQ==} # rotated in May
          aws:
            login:
              fn::open::test: {}
            region: eu-west-1
          port: 8080
          hosts: [a, b]
          environmentVariables:
            LEVEL: info

        """;

    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private readonly ImpatientTime _time = new();
    private FakePulumiEsc _fake = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = new FakePulumiEsc(_time);
        await _fake.StartAsync();
        _fake.Put("acme/shop/base", "values:\n  SHARED: {fn::secret: {ciphertext: c2hhcmVk}}\n  aws: {account: \"42\"}\n");
        _fake.Put(EscPlace.Environment, Definition);
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task Read_sees_imports_providers_and_every_kind_of_value_in_one_session()
    {
        await using var store = Store();

        (await TextAsync(store, "STRIPE_KEY")).ShouldBe("sk_live");
        (await TextAsync(store, "SHARED")).ShouldBe("shared");
        (await TextAsync(store, "aws/login/session")).ShouldBe("made for session 1");
        (await TextAsync(store, "aws", "login.session")).ShouldBe("made for session 1");
        (await TextAsync(store, "aws", "account")).ShouldBe("42");
        (await TextAsync(store, "port")).ShouldBe("8080");
        (await TextAsync(store, "hosts")).ShouldBe("""["a","b"]""");
        (await TextAsync(store, "environmentVariables")).ShouldBe("""{"LEVEL":"info"}""");
        _fake.Opened.ShouldBe(1);
        (await store.ListAsync()).ShouldBe(["SHARED", "STRIPE_KEY", "aws/account", "aws/login/session", "aws/region", "environmentVariables/LEVEL", "hosts", "port"]);
        (await store.ListAsync("aws")).ShouldBe(["aws/account", "aws/login/session", "aws/region"]);
    }

    [Fact]
    public async Task Session_is_opened_anew_after_a_minute_and_when_it_ended_early()
    {
        await using var store = Store();
        await TextAsync(store, "port");
        _time.Advance(TimeSpan.FromSeconds(59));
        await TextAsync(store, "port");
        _fake.Opened.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await TextAsync(store, "port");
        _fake.Opened.ShouldBe(2);
        _fake.ForgetSessions();
        await TextAsync(store, "port");
        _fake.Opened.ShouldBe(3);
    }

    [Fact]
    public async Task Write_changes_one_line_and_keeps_comments_and_order()
    {
        await using var store = Store();

        await WriteAsync(store, new SecretAddress("STRIPE_KEY"), "sk_new");
        await WriteAsync(store, new SecretAddress("environmentVariables/TOKEN"), "t");

        _fake.Definition(EscPlace.Environment).ShouldBe(Definition
            .Replace("fn::secret: {ciphertext: c2tfbGl2ZQ==} # rotated", "fn::secret: {ciphertext: \"c2tfbmV3\"} # rotated")
            .Replace("    LEVEL: info\n", "    LEVEL: info\n    TOKEN:\n      fn::secret: {ciphertext: \"dA==\"}\n"));
        (await TextAsync(store, "STRIPE_KEY")).ShouldBe("sk_new");
    }

    [Fact]
    public async Task Write_over_an_import_stays_in_the_own_definition_and_providers_are_not_written()
    {
        await using var store = Store();
        await WriteAsync(store, new SecretAddress("SHARED"), "mine");

        (await TextAsync(store, "SHARED")).ShouldBe("mine");
        _fake.Definition("acme/shop/base").ShouldContain("c2hhcmVk");
        (await FailAsync(() => WriteAsync(store, new SecretAddress("aws/login/session"), "x"))).Kind.ShouldBe(SecretErrorKind.ReadOnly);
        (await FailAsync(() => WriteAsync(store, new SecretAddress("aws/login"), "x"))).Kind.ShouldBe(SecretErrorKind.ReadOnly);
        (await FailAsync(() => WriteAsync(store, new SecretAddress("hosts"), "x"))).Kind.ShouldBe(SecretErrorKind.Unsupported);
        (await FailAsync(() => store.DeleteAsync(new SecretAddress("aws/account")).AsTask())).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Write_starts_over_when_somebody_was_faster_and_keeps_both()
    {
        await using var store = Store();
        var once = true;
        _fake.Faults.Next(new Fault.ClockSkew(TimeSpan.Zero), when: r =>
        {
            if (r.Method != "PATCH" || !once) return false;
            once = false;
            _fake.Put(EscPlace.Environment, Definition + "    OTHER: theirs\n");
            return false;
        });

        await WriteAsync(store, new SecretAddress("MINE"), "x");

        (await TextAsync(store, "environmentVariables/OTHER")).ShouldBe("theirs");
        (await TextAsync(store, "MINE")).ShouldBe("x");
        _fake.Exchanges.Count(e => e.Method == "PATCH").ShouldBe(2);
    }

    [Fact]
    public async Task Write_over_a_revision_that_is_old_is_a_conflict()
    {
        await using var store = Store();
        var version = (await store.ReadAsync(new SecretAddress("port"))).Version!.Value;
        await WriteAsync(store, new SecretAddress("port"), "1", version);

        (await FailAsync(() => WriteAsync(store, new SecretAddress("port"), "2", version))).Kind.ShouldBe(SecretErrorKind.Conflict);
        (await TextAsync(store, "port", version: version)).ShouldBe("8080");
    }

    [Fact]
    public async Task Environment_that_is_not_there_is_denied_and_what_is_not_evaluated_is_unreadable()
    {
        _fake.Put("acme/shop/broken", "values:\n  X: {fn::open::nothing: {}}\n");
        await using var absent = new SecretStore("esc", EscPlace.Backend(_fake, "absent"), Once);
        await using var broken = new SecretStore("esc", EscPlace.Backend(_fake, "broken"), Once);

        foreach (var call in new Func<Task>[] { () => TextAsync(absent, "a"), async () => await absent.ListAsync(), async () => await absent.ProbeAsync(), () => WriteAsync(absent, new SecretAddress("a"), "x") })
        {
            var error = await FailAsync(call);
            error.Kind.ShouldBe(SecretErrorKind.Denied);
            error.Help!.ShouldContain("esc env init acme/shop/absent");
        }
        (await FailAsync(() => TextAsync(broken, "X"))).Kind.ShouldBe(SecretErrorKind.Unreadable);
    }

    [Theory]
    [InlineData(400, SecretErrorKind.InvalidInput)]
    [InlineData(401, SecretErrorKind.Denied)]
    [InlineData(403, SecretErrorKind.Denied)]
    [InlineData(409, SecretErrorKind.Conflict)]
    [InlineData(410, SecretErrorKind.Malformed)]
    [InlineData(429, SecretErrorKind.Throttled)]
    [InlineData(500, SecretErrorKind.Unreachable)]
    [InlineData(503, SecretErrorKind.Unreachable)]
    public async Task Errors_have_the_kind_of_the_table(int status, SecretErrorKind kind)
    {
        await using var store = Store();
        _fake.Faults.Next(new Fault.Failing(status));

        (await FailAsync(() => TextAsync(store, "port"))).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task Store_without_a_token_says_what_to_set()
    {
        await using var backend = PulumiEscBackend.Create(Settings.Of([("organization", "acme"), ("environment", "prod")], [("PULUMI_BACKEND_URL", "file:///state")]));

        (await FailAsync(async () => await backend.ReadAsync(new SecretAddress("a"), CancellationToken.None))).Help!.ShouldContain("PULUMI_ACCESS_TOKEN");
        backend.Describe().Select(f => f.Value).ShouldBe(["https://api.pulumi.com/", "acme/default/prod", null]);
        Should.Throw<SecretException>(() => PulumiEscBackend.Create(Settings.Of([("project", "a/b")]))).Message.ShouldContain("organization is missing");
    }

    private SecretStore Store() => new("esc", EscPlace.Backend(_fake, time: _time), Once);

    private static async Task<string> TextAsync(SecretStore store, string path, string? field = null, SecretVersion? version = null)
    {
        using var value = (await store.ReadAsync(new SecretAddress(path, field, version))).Value;
        return value.RevealText();
    }

    private static async Task WriteAsync(SecretStore store, SecretAddress address, string text, SecretVersion? expected = null)
    {
        using var value = SecretValue.FromText(text);
        await store.WriteAsync(address, new SecretWrite(value, expected));
    }

    private static Task<SecretException> FailAsync(Func<Task> action) => Should.ThrowAsync<SecretException>(action);
}
