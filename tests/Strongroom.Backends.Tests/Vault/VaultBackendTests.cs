using Shouldly;
using Strongroom.Fakes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Vault;

public sealed class VaultBackendTests : IAsyncLifetime
{
    private static readonly StoreOptions NoRetries = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private VaultPlace _place = null!;

    public async ValueTask InitializeAsync() => _place = await VaultPlace.StartAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Read_finds_the_version_of_the_engine_once()
    {
        await _place.CallAsync("POST", $"{_place.Mount1}/old", """{"value":"one"}""");
        await _place.CallAsync("POST", $"{_place.Mount}/data/new", """{"data":{"value":"two"}}""");
        await using var old = Store(_place.Backend([("mount", _place.Mount1)]));
        await using var current = Store(_place.Backend());

        (await TextAsync(old, "old")).ShouldBe("one");
        (await TextAsync(current, "new")).ShouldBe("two");
        (await TextAsync(current, "new")).ShouldBe("two");

        _place.Front.Exchanges.Count(e => e.Target.Contains("internal/ui/mounts", StringComparison.Ordinal)).ShouldBe(2);
        (await FailAsync(old, new SecretAddress("old", Version: 1))).Kind.ShouldBe(SecretErrorKind.Unsupported);
    }

    [Fact]
    public async Task Read_gives_numbers_and_objects_as_json_and_one_object_in_one_request()
    {
        await _place.CallAsync("POST", $"{_place.Mount}/data/db", """{"data":{"port":5432,"tls":{"on":true},"password":"p\u00e4ss"}}""");
        await using var store = Store(_place.Backend());

        var outcomes = await store.ReadManyAsync([new("db", "port"), new("db", "tls"), new("db", "password"), new("db"), new("db", "user")]);

        outcomes.Select(o => o.Secret?.Value.RevealText()).ShouldBe(
            ["5432", """{"on":true}""", "päss", """{"port":5432,"tls":{"on":true},"password":"p\u00e4ss"}""", null]);
        outcomes[4].Error!.Kind.ShouldBe(SecretErrorKind.NotFound);
        Reads().ShouldBe(1);
    }

    [Fact]
    public async Task Refusal_during_an_outage_is_no_refusal_by_policy()
    {
        await using var store = Store(_place.Backend());
        await _place.CallAsync("POST", $"{_place.Mount}/data/one", """{"data":{"value":"1"}}""");
        await TextAsync(store, "one");
        _place.Front.Faults.Next(new Fault.ExpiredCredential()).Next(new Fault.Failing(503));

        (await FailAsync(store, new SecretAddress("one"))).Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Theory]
    [InlineData("mount", "kv/../../sys")]
    [InlineData("auth-mount", "..")]
    [InlineData("username", "../../../sys/seal")]
    public void Create_refuses_paths_that_lead_elsewhere(string setting, string value) =>
        Should.Throw<SecretException>(() => _place.Backend([(setting, value)])).Message.ShouldContain($"{setting} must");

    [Fact]
    public void LeastPrivilege_writes_no_name_that_is_a_pattern()
    {
        var backend = _place.Backend();

        backend.LeastPrivilege([new("app/db")], writes: false)!.Text.ShouldContain("data/app/db\"");
        foreach (var path in new[] { "app/*", "+/x", "x\" { capabilities = [\"sudo\"] }" })
            Should.Throw<SecretException>(() => backend.LeastPrivilege([new(path)], writes: false)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Read_tells_deleted_from_absent()
    {
        await using var store = Store(_place.Backend());
        await store.WriteAsync(new SecretAddress("gone"), Write("x"));
        await store.DeleteAsync(new SecretAddress("gone"));

        (await FailAsync(store, new SecretAddress("gone"))).Kind.ShouldBe(SecretErrorKind.Unreadable);
        (await FailAsync(store, new SecretAddress("never"))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await store.WriteAsync(new SecretAddress("gone"), Write("y", 0))).Version.ShouldBe((SecretVersion)2, "over a deleted version, there is none");
    }

    [Fact]
    public async Task Write_keeps_the_fields_of_writers_at_the_same_time()
    {
        await using var store = Store(_place.Backend());

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => store.WriteAsync(new SecretAddress("shared", $"field{i}"), Write($"{i}")).AsTask()));

        for (var i = 0; i < 6; i++) (await TextAsync(store, new SecretAddress("shared", $"field{i}"))).ShouldBe($"{i}");
    }

    [Fact]
    public async Task Write_whose_answer_is_lost_is_not_repeated_and_told_as_unreachable()
    {
        await using var store = new SecretStore("vault", _place.Backend());
        await store.WriteAsync(new SecretAddress("one"), Write("first"));
        _place.Front.Faults.Next(new Fault.LostAnswer(), when: r => r.Method == "POST");

        var error = await Should.ThrowAsync<SecretException>(async () => await store.WriteAsync(new SecretAddress("one"), Write("second")));

        error.Kind.ShouldBe(SecretErrorKind.Unreachable);
        using var read = (await store.ReadAsync(new SecretAddress("one"))).Value;
        (read.RevealText(), (await store.ReadAsync(new SecretAddress("one"))).Version).ShouldBe(("second", (SecretVersion)2));
    }

    [Fact]
    public async Task Denied_names_path_and_capability_and_not_the_token()
    {
        await _place.CallAsync("POST", "sys/policies/acl/narrow", $$"""{"policy":"path \"{{_place.Mount}}/data/mine\" { capabilities = [\"read\"] }"}""");
        var token = (string)(await _place.CallAsync("POST", "auth/token/create", """{"policies":["narrow"]}"""))!["auth"]!["client_token"]!;
        await _place.CallAsync("POST", $"{_place.Mount}/data/mine", """{"data":{"value":"v"}}""");
        await using var store = Store(_place.Backend(variables: [("VAULT_TOKEN", token)]));

        (await TextAsync(store, "mine")).ShouldBe("v");
        var error = await FailAsync(store, new SecretAddress("other"));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Message.ShouldContain($"the policy needs read on \"{_place.Mount}/data/other\"");
        error.Message.ShouldNotContain(token);
    }

    [Fact]
    public async Task Least_privilege_is_enough()
    {
        await _place.CallAsync("POST", $"{_place.Mount}/data/a", """{"data":{"value":"v"}}""");
        var policy = _place.Backend([("kv-version", "2")]).LeastPrivilege([new("a"), new("b", "field")], writes: true)!.Text;
        await _place.CallAsync("POST", "sys/policies/acl/least", new System.Text.Json.Nodes.JsonObject { ["policy"] = policy }.ToJsonString());
        var token = (string)(await _place.CallAsync("POST", "auth/token/create", """{"policies":["least"]}"""))!["auth"]!["client_token"]!;
        await using var store = Store(_place.Backend(variables: [("VAULT_TOKEN", token)]));

        (await TextAsync(store, "a")).ShouldBe("v");
        await store.WriteAsync(new SecretAddress("b", "field"), Write("w"));
        (await FailAsync(store, new SecretAddress("c"))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Theory]
    [InlineData(429, SecretErrorKind.Throttled)]
    [InlineData(400, SecretErrorKind.InvalidInput)]
    [InlineData(405, SecretErrorKind.Unsupported)]
    [InlineData(412, SecretErrorKind.Throttled)]
    [InlineData(413, SecretErrorKind.InvalidInput)]
    [InlineData(472, SecretErrorKind.Unreachable)]
    [InlineData(473, SecretErrorKind.Unreachable)]
    [InlineData(500, SecretErrorKind.Unreachable)]
    [InlineData(502, SecretErrorKind.Unreachable)]
    [InlineData(503, SecretErrorKind.Unreachable)]
    [InlineData(507, SecretErrorKind.StorageFull)]
    [InlineData(299, SecretErrorKind.Malformed)]
    public async Task Read_gives_each_status_its_kind(int status, SecretErrorKind kind)
    {
        await using var store = Store(_place.Backend([("kv-version", "2")]));
        _place.Front.Faults.Next(status == 429 ? new Fault.Throttled(TimeSpan.FromSeconds(3)) : new Fault.Failing(status));

        var error = await FailAsync(store, new SecretAddress("x"));

        error.Kind.ShouldBe(kind);
        error.RetryAfter.ShouldBe(status == 429 ? TimeSpan.FromSeconds(3) : null);
    }

    public static TheoryData<Fault, SecretErrorKind> Breakages => new()
    {
        { new Fault.Reset(), SecretErrorKind.Unreachable },
        { new Fault.CutBody(), SecretErrorKind.Unreachable },
        { new Fault.TruncatedJson(), SecretErrorKind.Malformed },
        { new Fault.NotJson(), SecretErrorKind.Malformed },
        { new Fault.Redirect(new Uri("http://elsewhere.test/")), SecretErrorKind.Unreachable },
    };

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task Read_over_a_broken_way_is_never_not_found(Fault fault, SecretErrorKind kind)
    {
        await _place.CallAsync("POST", $"{_place.Mount}/data/x", """{"data":{"value":"a value that is long enough to be cut"}}""");
        await using var store = Store(_place.Backend([("kv-version", "2")]));
        _place.Front.Faults.Next(fault);

        (await FailAsync(store, new SecretAddress("x"))).Kind.ShouldBe(kind);
        (await TextAsync(store, "x")).ShouldStartWith("a value");
    }

    [Fact]
    public async Task Read_that_hangs_ends_when_it_is_cancelled()
    {
        await using var store = Store(_place.Backend());
        _place.Front.Faults.Next(new Fault.Hang());
        using var source = new CancellationTokenSource();

        var reading = store.ReadAsync(new SecretAddress("x"), source.Token).AsTask();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading);
    }

    [Fact]
    public async Task List_walks_the_folders_below_a_prefix()
    {
        await using var store = Store(_place.Backend());
        foreach (var path in (string[])["prod/db", "prod/api/key", "prod/api/other", "prodx", "test/db", "prod"])
            await store.WriteAsync(new SecretAddress(path), Write("v"));

        (await store.ListAsync("prod")).ShouldBe(["prod", "prod/api/key", "prod/api/other", "prod/db"]);
        (await store.ListAsync("prod/api")).ShouldBe(["prod/api/key", "prod/api/other"]);
        (await store.ListAsync("prod/")).ShouldBe(["prod/api/key", "prod/api/other", "prod/db"]);
    }

    [Fact]
    public async Task Probe_and_description_tell_who_and_where_and_nothing_secret()
    {
        await using var store = Store(_place.Backend());

        (await store.ProbeAsync()).ShouldContain($"KV version 2 at {_place.Mount}/, as root with root");
        var facts = store.Describe();
        facts.ShouldContain(f => f.Name == "address" && f.Value == _place.Front.Address.ToString());
        string.Concat(facts.Select(f => f.Value)).ShouldNotContain(_place.Token + "\"");

        var bare = All.Find("vault")!(new BackendSettings("vault", new Dictionary<string, string> { ["auth"] = "approle" }, "/", new Dictionary<string, string>(), TimeProvider.System));
        bare.Describe().Where(f => f.Value is null).Select(f => (f.Name, f.Help)).ShouldBe(
            [("role id", "set role-id in the manifest or VAULT_ROLE_ID"), ("credential", "set VAULT_SECRET_ID")]);
    }

    private int Reads() => _place.Front.Exchanges.Count(e => e.Target.Contains("/data/", StringComparison.Ordinal));

    private static SecretStore Store(SecretBackend backend) => new("vault", backend, NoRetries);

    private static SecretWrite Write(string text, SecretVersion? expected = null) => new(SecretValue.FromText(text), expected);

    private static Task<string> TextAsync(SecretStore store, string path) => TextAsync(store, new SecretAddress(path));

    private static async Task<string> TextAsync(SecretStore store, SecretAddress address)
    {
        using var value = (await store.ReadAsync(address)).Value;
        return value.RevealText();
    }

    private static Task<SecretException> FailAsync(SecretStore store, SecretAddress address) =>
        Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(address));
}
