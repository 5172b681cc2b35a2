using System.Text;
using Shouldly;
using Strongroom.Backends.Fly;
using Strongroom.Conformance;
using Strongroom.Fakes;
using Strongroom.Fakes.Fly;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Fly;

public sealed class FlyBackendTests : IAsyncLifetime
{
    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private readonly ImpatientTime _time = new();
    private readonly FakeFly _fake = new();

    public async ValueTask InitializeAsync() => await _fake.StartAsync();

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Theory]
    [InlineData("fo1_abc", "Bearer fo1_abc")]
    [InlineData(" Bearer fo1_abc\n", "Bearer fo1_abc")]
    [InlineData("fm2_a,fm2_b", "FlyV1 fm2_a,fm2_b")]
    [InlineData("FlyV1 fm2_a,fo1_b", "FlyV1 fm2_a,fo1_b")]
    [InlineData("Bearer fm1r_a", "FlyV1 fm1r_a")]
    [InlineData("abc_fm2_", "Bearer abc_fm2_")]
    public void Token_goes_under_the_scheme_that_it_needs(string token, string header) => FlyApi.Authorization(token).ShouldBe(header);

    [Fact]
    public async Task Write_stages_and_reads_see_at_least_what_was_written()
    {
        _fake.Machines["m1"] = new FlyMachine("m1", "started");
        await using var store = Store();
        await WriteAsync(store, "A", "1");
        _fake.Faults.Next(new Fault.Stale());

        (await store.ListAsync()).ShouldBe(["A"]);
        _fake.Machines["m1"].SecretsVersion.ShouldBe(0);
        _fake.Exchanges[^1].Target.ShouldEndWith("?min_version=1");
    }

    [Fact]
    public async Task Write_with_deploy_updates_each_machine_and_starts_none()
    {
        _fake.Machines["m1"] = new FlyMachine("m1", "started");
        _fake.Machines["m2"] = new FlyMachine("m2", "stopped");
        _fake.Machines["m3"] = new FlyMachine("m3", "destroyed");
        var config = _fake.Machines["m1"].Config.ToJsonString();
        await using var store = Store(("deploy", "true"));

        await WriteAsync(store, "A", "1");

        _fake.Machines.Values.Select(m => m.SecretsVersion).ShouldBe([1, 1, 0]);
        _fake.Machines.Values.Select(m => m.State).ShouldBe(["started", "stopped", "destroyed"]);
        _fake.Machines["m1"].Config.ToJsonString().ShouldBe(config);
    }

    [Fact]
    public async Task Write_whose_rollout_fails_says_that_the_secret_is_stored()
    {
        _fake.Machines["m1"] = new FlyMachine("m1", "started");
        _fake.Machines["m2"] = new FlyMachine("m2", "started");
        await using var store = Store(("deploy", "true"));
        _fake.Faults.Always(new Fault.Failing(503), r => r.Path.EndsWith("/m2", StringComparison.Ordinal));

        var error = await FailAsync(() => WriteAsync(store, "A", "1"));

        error.Kind.ShouldBe(SecretErrorKind.Unreachable);
        error.Message.ShouldContain("is stored, but machine m2 could not be updated (1 of 2 were)");
        Encoding.UTF8.GetString(_fake.Secrets["A"]).ShouldBe("1");
    }

    [Fact]
    public async Task Digest_tells_that_somebody_else_set_another_value()
    {
        await using var backend = (FlyBackend)FlyPlace.Backend(_fake, _time);
        using var value = SecretValue.FromText("1");
        var written = (await backend.WriteAsync(new SecretAddress("A"), new SecretWrite(value), CancellationToken.None)).Version.ShouldNotBeNull();

        (await backend.ListStatesAsync(CancellationToken.None))!["A"].ShouldBe(written);
        _fake.Put("A", "2"u8.ToArray());
        (await backend.ListStatesAsync(CancellationToken.None))!["A"].ShouldNotBe(written);
    }

    [Fact]
    public async Task Calls_of_one_kind_are_three_at_once_and_then_one_a_second()
    {
        await using var store = Store();

        for (var i = 0; i < 3; i++) await WriteAsync(store, $"N{i}", "x");
        _time.Elapsed.ShouldBe(TimeSpan.Zero);
        for (var i = 0; i < 3; i++) await WriteAsync(store, $"N{i}", "x");

        _time.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3.1));
    }

    [Fact]
    public async Task App_that_the_token_does_not_see_is_denied()
    {
        await using var store = new SecretStore("fly", FlyBackend.Create(Settings.Of(
            [("address", _fake.Address.AbsoluteUri), ("app", "other")], [("FLY_API_TOKEN", "fm2_fake")], _time)), Once);

        foreach (var call in new Func<Task>[] { async () => await store.ListAsync(), () => WriteAsync(store, "A", "x"), () => store.DeleteAsync(new SecretAddress("A")).AsTask() })
            (await FailAsync(call)).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Theory]
    [InlineData(400, SecretErrorKind.InvalidInput)]
    [InlineData(401, SecretErrorKind.Denied)]
    [InlineData(403, SecretErrorKind.Denied)]
    [InlineData(404, SecretErrorKind.Denied)]
    [InlineData(409, SecretErrorKind.Conflict)]
    [InlineData(412, SecretErrorKind.Conflict)]
    [InlineData(410, SecretErrorKind.Malformed)]
    [InlineData(422, SecretErrorKind.InvalidInput)]
    [InlineData(429, SecretErrorKind.Throttled)]
    [InlineData(500, SecretErrorKind.Unreachable)]
    public async Task Errors_have_the_kind_of_the_table(int status, SecretErrorKind kind)
    {
        await using var store = Store();
        _fake.Faults.Next(new Fault.Failing(status));

        (await FailAsync(async () => await store.ListAsync())).Kind.ShouldBe(kind);
    }

    [Theory]
    [InlineData("A-B")]
    [InlineData("1A")]
    [InlineData("a/b")]
    public async Task Write_of_a_name_that_Fly_does_not_take_sends_nothing(string name)
    {
        await using var store = Store();

        (await FailAsync(() => WriteAsync(store, name, "x"))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        (await FailAsync(() => WriteAsync(store, "A", "x\0"))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        _fake.Exchanges.ShouldBeEmpty();
    }

    [Fact]
    public async Task Read_in_a_machine_of_the_app_gives_its_variables_and_elsewhere_is_refused()
    {
        (string, string)[] variables = [("FLY_APP_NAME", "shop"), ("FLY_MACHINE_ID", "m1"), ("API_KEY", "from the machine"), ("EMPTY", "")];
        await using var inside = new SecretStore("fly", FlyBackend.Create(Settings.Of([], variables)));
        await using var other = new SecretStore("fly", FlyBackend.Create(Settings.Of([("app", "another")], variables)));

        (await inside.ReadAsync(new SecretAddress("API_KEY"))).Value.RevealText().ShouldBe("from the machine");
        (await inside.ReadAsync(new SecretAddress("EMPTY"))).Value.Length.ShouldBe(0);
        (await FailAsync(async () => await inside.ReadAsync(new SecretAddress("MISSING")))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await FailAsync(async () => await other.ReadAsync(new SecretAddress("API_KEY")))).Kind.ShouldBe(SecretErrorKind.Unsupported);
    }

    [Fact]
    public async Task Store_without_app_or_token_says_what_to_set()
    {
        await using var bare = FlyBackend.Create(Settings.Of([]));
        await using var nameless = FlyBackend.Create(Settings.Of([("app", "shop")]));

        (await FailAsync(async () => await bare.ListAsync("", CancellationToken.None))).Help!.ShouldContain("FLY_APP_NAME");
        (await FailAsync(async () => await nameless.ListAsync("", CancellationToken.None))).Help!.ShouldContain("FLY_API_TOKEN");
        Should.Throw<SecretException>(() => FlyBackend.Create(Settings.Of([("app", "a/b")]))).Message.ShouldContain("app must be");
    }

    private SecretStore Store(params (string, string)[] more) => new("fly", FlyPlace.Backend(_fake, _time, more: more), Once);

    private static async Task WriteAsync(SecretStore store, string name, string text)
    {
        using var value = SecretValue.FromText(text);
        await store.WriteAsync(new SecretAddress(name), new SecretWrite(value));
    }

    private static Task<SecretException> FailAsync(Func<Task> action) => Should.ThrowAsync<SecretException>(action);
}
