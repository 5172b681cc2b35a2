using System.Text;
using Shouldly;
using Strongroom.Backends.Kubernetes;
using Strongroom.Fakes;
using Strongroom.Fakes.Kubernetes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Kubernetes;

public sealed class KubernetesBackendTests : IAsyncLifetime
{
    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private KubernetesPlaceOfTest _place = null!;

    private FakeKubernetes Fake => _place.Fake;

    public async ValueTask InitializeAsync() => _place = await KubernetesPlaceOfTest.StartAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Read_gives_a_key_the_key_value_or_the_whole_object()
    {
        Fake.Put("db", Data(("host", "db1"), ("password", "p\"ä")));
        Fake.Put("one", Data(("value", "plain"), ("other", "x")));
        Fake.Put("tls", new Dictionary<string, byte[]> { ["tls.key"] = [0xff, 0x00] });
        await using var store = Store();

        (await TextAsync(store, "db", "password")).ShouldBe("p\"ä");
        (await TextAsync(store, "one")).ShouldBe("plain");
        (await TextAsync(store, "db")).ShouldBe("""{"host":"db1","password":"p\"ä"}""");
        (await TextAsync(store, "tls")).ShouldBe("""{"tls.key":{"$base64":"/wA="}}""");
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("db", "user")))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("db/user")))).Help!.ShouldContain("OBJECT#KEY");
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("DB")))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Write_leaves_the_keys_of_others()
    {
        await using var store = Store();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => WriteAsync(store, new SecretAddress("shared", $"key{i}"), $"{i}")));

        for (var i = 0; i < 12; i++) (await TextAsync(store, "shared", $"key{i}")).ShouldBe($"{i}");
        await store.DeleteAsync(new SecretAddress("shared", "key3"));
        Fake.Find("shared")!.Data.Count.ShouldBe(11);
        (await FailAsync(() => store.DeleteAsync(new SecretAddress("shared", "key3")).AsTask())).Kind.ShouldBe(SecretErrorKind.NotFound);
        await store.DeleteAsync(new SecretAddress("shared"));
        Fake.Find("shared").ShouldBeNull();
    }

    [Fact]
    public async Task Write_of_new_keys_of_one_object_at_the_same_time_all_last_and_each_once()
    {
        await using var store = Store([("secret", "app")]);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => WriteAsync(store, new SecretAddress($"K{i}"), "x", 0)));

        Fake.Find("app")!.Data.Count.ShouldBe(6);
        (await FailAsync(() => WriteAsync(store, new SecretAddress("K1"), "y", 0))).Kind.ShouldBe(SecretErrorKind.Conflict);
    }

    [Fact]
    public async Task Write_over_a_version_works_once_also_when_the_version_looks_like_a_number()
    {
        await using var store = Store();
        await WriteAsync(store, new SecretAddress("one"), "1");
        var version = (await store.ReadAsync(new SecretAddress("one"))).Version.ShouldNotBeNull();
        var written = SecretVersion.Parse(version.ToString());

        await WriteAsync(store, new SecretAddress("one"), "2", written);

        (await FailAsync(() => WriteAsync(store, new SecretAddress("one"), "3", written))).Kind.ShouldBe(SecretErrorKind.Conflict);
        (await FailAsync(() => WriteAsync(store, new SecretAddress("none"), "3", written))).Kind.ShouldBe(SecretErrorKind.Conflict);
        (await FailAsync(() => WriteAsync(store, new SecretAddress("one"), "3", 0))).Kind.ShouldBe(SecretErrorKind.Conflict);
        (await TextAsync(store, "one")).ShouldBe("2");
    }

    [Fact]
    public async Task Write_to_an_immutable_object_is_read_only_and_says_what_to_do()
    {
        Fake.Put("fixed", Data(("value", "x")), isImmutable: true);
        await using var store = Store();

        var error = await FailAsync(() => WriteAsync(store, new SecretAddress("fixed"), "y"));

        error.Kind.ShouldBe(SecretErrorKind.ReadOnly);
        error.Help!.ShouldContain("delete the object");
    }

    [Fact]
    public async Task Write_beyond_the_limit_of_the_object_is_invalid()
    {
        await using var store = Store();
        await WriteAsync(store, new SecretAddress("big", "a"), new string('x', FakeKubernetes.BytesMax - 1));
        await WriteAsync(store, new SecretAddress("big", "b"), "x");

        var error = await FailAsync(() => WriteAsync(store, new SecretAddress("big", "c"), "x"));

        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain("1048576");
    }

    [Fact]
    public async Task Write_to_a_namespace_that_is_not_there_says_so()
    {
        await using var store = Store([("namespace", "nowhere")]);

        (await FailAsync(() => WriteAsync(store, new SecretAddress("a"), "x"))).Message.ShouldContain("there is no namespace nowhere");
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("a")))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task List_goes_on_when_the_server_forgot_the_list_and_brings_no_values()
    {
        for (var i = 0; i < 1200; i++) Fake.Put($"n{i:0000}", Data(("value", "canary-value")));
        Fake.ForgetsLists = true;
        await using var store = Store();

        (await store.ListAsync()).Count.ShouldBe(1200);
        var value = Convert.ToBase64String("canary-value"u8);
        Fake.Exchanges.ShouldAllBe(e => !e.AnswerText.Contains(value));
    }

    [Fact]
    public async Task ReadMany_asks_for_each_object_once()
    {
        Fake.Put("db", Data(("a", "1"), ("b", "2")));
        Fake.Put("web", Data(("c", "3")));
        await using var store = Store();

        var outcomes = await store.ReadManyAsync([new("db", "a"), new("web", "c"), new("db", "b"), new("db", "z"), new("none", "z")]);

        outcomes.Select(o => o.Secret?.Value.RevealText()).ShouldBe(["1", "3", "2", null, null]);
        Fake.Exchanges.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Token_without_the_right_is_denied()
    {
        var viewer = _place.WriteConfig("token: viewer", name: "viewer");
        var nobody = _place.WriteConfig("token: unknown", name: "nobody");
        await using var denied = Store(config: viewer);
        await using var unknown = Store(config: nobody);

        (await FailAsync(async () => await denied.ReadAsync(new SecretAddress("a")))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await FailAsync(async () => await unknown.ReadAsync(new SecretAddress("a")))).Help!.ShouldContain("log in anew");
    }

    [Theory]
    [InlineData(400, SecretErrorKind.InvalidInput)]
    [InlineData(401, SecretErrorKind.Denied)]
    [InlineData(403, SecretErrorKind.Denied)]
    [InlineData(404, SecretErrorKind.NotFound)]
    [InlineData(405, SecretErrorKind.Unsupported)]
    [InlineData(409, SecretErrorKind.Conflict)]
    [InlineData(410, SecretErrorKind.Unreachable)]
    [InlineData(413, SecretErrorKind.InvalidInput)]
    [InlineData(415, SecretErrorKind.Unsupported)]
    [InlineData(418, SecretErrorKind.Malformed)]
    [InlineData(422, SecretErrorKind.InvalidInput)]
    [InlineData(429, SecretErrorKind.Throttled)]
    [InlineData(500, SecretErrorKind.Unreachable)]
    [InlineData(503, SecretErrorKind.Unreachable)]
    [InlineData(504, SecretErrorKind.Unreachable)]
    public async Task Errors_have_the_kind_of_the_table(int status, SecretErrorKind kind)
    {
        await using var store = Store();
        Fake.Faults.Next(new Fault.Failing(status));

        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("a")))).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task Page_of_a_proxy_that_is_not_there_is_not_a_missing_secret()
    {
        Fake.Put("a", Data(("value", "x")));
        await using var store = Store();
        Fake.Faults.Next(new Fault.NotJson(), when: r => r.Path.EndsWith("/none", StringComparison.Ordinal));

        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("none")))).Kind.ShouldBe(SecretErrorKind.Malformed);
    }

    [Fact]
    public async Task Watch_tells_a_change_of_its_object_and_of_no_other()
    {
        Fake.Put("one", Data(("value", "1")));
        Fake.Put("two", Data(("value", "1")));
        await using var store = Store();
        using var source = new CancellationTokenSource();
        var told = store.WaitForChangeAsync([new("one"), new("one", "other")], source.Token);
        var never = store.WaitForChangeAsync([new("absent")], source.Token);
        while (Fake.Exchanges.Count < 2) await Task.Yield();

        Fake.Put("two", Data(("value", "2")));
        told.IsCompleted.ShouldBeFalse();
        Fake.Put("one", Data(("value", "2")));
        await told.WaitAsync(TimeSpan.FromSeconds(30));
        never.IsCompleted.ShouldBeFalse();
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(never);
    }

    [Fact]
    public async Task Watch_that_the_server_forgot_or_refuses_ends()
    {
        Fake.Put("one", Data(("value", "1")));
        Fake.ForgetsLists = true;
        await using var store = Store();
        await using var viewer = Store(config: _place.WriteConfig("token: viewer", name: "viewer"));

        await store.WaitForChangeAsync([new("one")]).WaitAsync(TimeSpan.FromSeconds(30));
        (await FailAsync(() => viewer.WaitForChangeAsync([new("one")]))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public void LeastPrivilege_names_the_objects_and_no_others()
    {
        var backend = KubernetesBackend.Create(Settings.Of([("namespace", "shop"), ("kubeconfig", "/none")]));
        var policy = backend.LeastPrivilege([new("db", "password"), new("db", "host"), new("web")], writes: false)!.Text;

        policy.ShouldContain("resourceNames: [db, web]");
        policy.ShouldContain("namespace: shop");
        policy.ShouldNotContain("create");
        backend.LeastPrivilege([new("db")], writes: true)!.Text.ShouldContain("verbs: [create]");
        Should.Throw<SecretException>(() => backend.LeastPrivilege([new("a], resources: [pods")], writes: false)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    private SecretStore Store((string, string)[]? settings = null, string? config = null) => new("cluster", _place.Backend(settings, config), Once);

    private static Dictionary<string, byte[]> Data(params (string Key, string Value)[] values) => values.ToDictionary(v => v.Key, v => Encoding.UTF8.GetBytes(v.Value));

    private static async Task<string> TextAsync(SecretStore store, string path, string? field = null)
    {
        using var value = (await store.ReadAsync(new SecretAddress(path, field))).Value;
        return value.RevealText();
    }

    private static async Task WriteAsync(SecretStore store, SecretAddress address, string text, SecretVersion? expected = null)
    {
        using var value = SecretValue.FromText(text);
        await store.WriteAsync(address, new SecretWrite(value, expected));
    }

    private static Task<SecretException> FailAsync(Func<Task> action) => Should.ThrowAsync<SecretException>(action);
}
