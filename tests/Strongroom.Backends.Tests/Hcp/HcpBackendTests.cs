using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Conformance;
using Strongroom.Fakes.Hcp;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;
using static Strongroom.Backends.Tests.Hcp.HcpPlace;

namespace Strongroom.Backends.Tests.Hcp;

public sealed class HcpBackendTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private HcpService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = new HcpService(_time);
        await _service.StartAsync();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Read_opens_static_rotating_and_dynamic_secrets()
    {
        _service.Add("PLAIN", "text");
        _service.Add("OBJECT", """{"user":"ann","port":5432,"value":"v"}""");
        _service.Add("ROTATED", new JsonObject { ["api_key"] = "k1" }, "rotating");
        _service.Add("MADE", type: "dynamic");
        await using var store = Store(Backend(_service));

        (await TextAsync(store, new("PLAIN"))).ShouldBe("text");
        (await TextAsync(store, new("OBJECT"))).ShouldBe("""{"user":"ann","port":5432,"value":"v"}""", "a static secret is its whole text");
        (await TextAsync(store, new("OBJECT", "port"))).ShouldBe("5432");
        (await TextAsync(store, new("ROTATED", "api_key"))).ShouldBe("k1");
        (await TextAsync(store, new("ROTATED"))).ShouldBe("""{"api_key":"k1"}""");
        (await TextAsync(store, new("MADE", "access_key_id"))).ShouldBe("AKIA1");
        (await FailAsync(() => TextAsync(store, new("PLAIN", "field")))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await FailAsync(() => TextAsync(store, new("ROTATED", "other")))).Kind.ShouldBe(SecretErrorKind.NotFound);
        Opened("MADE").ShouldBe(1, "each look makes a credential");
    }

    [Fact]
    public async Task Write_and_delete_leave_made_secrets_alone_and_say_why()
    {
        _service.Add("ROTATED", new JsonObject { ["api_key"] = "k1" }, "rotating");
        _service.Add("MADE", type: "dynamic");
        await using var store = Store(Backend(_service));

        foreach (var address in (SecretAddress[])[new("ROTATED"), new("ROTATED", "api_key"), new("MADE"), new("MADE", "access_key_id")])
        {
            var error = await FailAsync(async () => await store.WriteAsync(address, Write("x")));
            error.Kind.ShouldBe(SecretErrorKind.Unsupported);
            error.Help.ShouldNotBeNull();
        }
        (await FailAsync(async () => await store.DeleteAsync(new("ROTATED", "api_key")))).Kind.ShouldBe(SecretErrorKind.Unsupported);
        Opened("MADE").ShouldBe(0);
    }

    [Fact]
    public async Task Write_of_fields_at_the_same_time_in_one_process_keeps_all_of_them()
    {
        await using var store = Store(Backend(_service));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => store.WriteAsync(new("SHARED", $"f{i}"), Write($"{i}")).AsTask()));

        for (var i = 0; i < 8; i++) (await TextAsync(store, new("SHARED", $"f{i}"))).ShouldBe($"{i}");
        await store.WriteAsync(new("TEXT"), Write("plain"));
        (await FailAsync(async () => await store.WriteAsync(new("TEXT", "field"), Write("x")))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Theory]
    [InlineData(5_119, true)]
    [InlineData(5_120, true)]
    [InlineData(5_121, false)]
    public async Task Write_counts_characters_and_not_bytes(int length, bool fits)
    {
        await using var store = Store(Backend(_service));
        var text = string.Concat(Enumerable.Repeat("🔑", length));

        if (fits)
        {
            await store.WriteAsync(new("LONG"), Write(text));
            (await TextAsync(store, new("LONG"))).ShouldBe(text);
            return;
        }
        (await FailAsync(async () => await store.WriteAsync(new("LONG"), Write(text)))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        _service.Exchanges.ShouldBeEmpty("nothing is sent");
    }

    [Theory]
    [InlineData("1A")]
    [InlineData("A-B")]
    [InlineData("A/B")]
    [InlineData("É")]
    [InlineData("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN")]
    public async Task Names_that_cannot_be_are_not_sent(string name)
    {
        await using var store = Store(Backend(_service));

        (await FailAsync(() => TextAsync(store, new(name)))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        (await FailAsync(async () => await store.WriteAsync(new(name), Write("x")))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        (await FailAsync(async () => await store.DeleteAsync(new(name)))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        _service.Exchanges.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_of_bytes_that_are_no_text_is_not_sent_but_fits_a_field()
    {
        await using var store = Store(Backend(_service));
        using var bytes = SecretValue.FromBytes([0xff, 0]);

        (await FailAsync(async () => await store.WriteAsync(new("RAW"), new SecretWrite(bytes)))).Help!.ShouldContain("base64");
        await store.WriteAsync(new("RAW", "key"), new SecretWrite(bytes));

        using var read = (await store.ReadAsync(new("RAW", "key"))).Value;
        read.Reveal().ToArray().ShouldBe([0xff, 0]);
    }

    [Fact]
    public async Task Read_of_many_takes_pages_and_opens_no_dynamic_secret_that_nobody_asked_for()
    {
        for (var i = 0; i < 250; i++) _service.Add($"S{i:D3}", $"value {i}");
        _service.Add("MADE", type: "dynamic");
        await using var store = Store(Backend(_service));
        SecretAddress[] asked = [.. Enumerable.Range(0, 200).Select(i => new SecretAddress($"S{i:D3}")), new("MISSING"), new("S001", Version: 1)];

        var outcomes = await store.ReadManyAsync(asked);

        for (var i = 0; i < 200; i++) outcomes[i].Secret!.Value.RevealText().ShouldBe($"value {i}");
        outcomes[200].Error!.Kind.ShouldBe(SecretErrorKind.NotFound);
        outcomes[201].Secret!.Value.RevealText().ShouldBe("value 1");
        Opened("MADE").ShouldBe(0);
        Calls().ShouldBeLessThan(8);
    }

    [Fact]
    public async Task Read_of_few_of_many_takes_one_page_and_the_rest_side_by_side()
    {
        for (var i = 0; i < 1_000; i++) _service.Add($"S{i:D3}", $"value {i}");
        await using var store = Store(Backend(_service));

        var outcomes = await store.ReadManyAsync([.. Enumerable.Range(0, 40).Select(i => new SecretAddress($"S{i * 25:D3}"))]);

        outcomes.Select(o => o.Secret!.Value.RevealText()).ShouldBe(Enumerable.Range(0, 40).Select(i => $"value {i * 25}"));
        Calls().ShouldBe(1 + 36);
    }

    [Fact]
    public async Task List_of_ten_thousand_takes_a_hundred_pages()
    {
        for (var i = 0; i < 10_000; i++) _service.Add($"S{i:D5}", "v");
        await using var store = Store(Backend(_service));

        (await store.ListAsync("")).ShouldBe(Enumerable.Range(0, 10_000).Select(i => $"S{i:D5}"));
        Calls().ShouldBe(100);
    }

    [Fact]
    public async Task Token_is_had_once_and_anew_at_two_thirds_of_its_life_or_when_it_is_taken_back()
    {
        _service.Add("ONE", "1");
        await using var store = Store(Backend(_service, time: _time));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => TextAsync(store, new("ONE")))));
        _service.Logins.ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(39));
        await TextAsync(store, new("ONE"));
        _service.Logins.ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(2));
        await TextAsync(store, new("ONE"));
        _service.Logins.ShouldBe(2);
        _service.RevokeTokens();
        await TextAsync(store, new("ONE"));
        _service.Logins.ShouldBe(3);
    }

    [Fact]
    public async Task Credentials_that_are_wrong_or_missing_are_denied_and_never_told()
    {
        await using var wrong = Store(Backend(_service, variables: [("HCP_CLIENT_ID", HcpService.ClientId), ("HCP_CLIENT_SECRET", "wrong horse")]));
        await using var missing = Store(Backend(_service, variables: []));
        await using var old = Store(Backend(_service, variables: [("HCP_API_TOKEN", "old-token")]));

        var error = await FailAsync(() => TextAsync(wrong, new("ONE")));
        (error.Kind, error.Message.Contains("horse", StringComparison.Ordinal)).ShouldBe((SecretErrorKind.Denied, false));
        (await FailAsync(() => TextAsync(missing, new("ONE")))).Help.ShouldBe("set HCP_CLIENT_ID and HCP_CLIENT_SECRET, or HCP_API_TOKEN");
        error = await FailAsync(() => TextAsync(old, new("ONE")));
        (error.Kind, error.Message.Contains("old-token", StringComparison.Ordinal)).ShouldBe((SecretErrorKind.Denied, false));
    }

    [Fact]
    public async Task Settings_that_are_missing_are_told_by_the_first_call_and_by_the_description()
    {
        var settings = new BackendSettings("hcp", new Dictionary<string, string>(), "/", HcpPlace.Client.ToDictionary(v => v.Key, v => v.Value), TimeProvider.System);
        await using var store = Store(All.Find("hcp")!(settings));

        var error = await FailAsync(() => TextAsync(store, new("ONE")));

        (error.Kind, error.Help).ShouldBe((SecretErrorKind.InvalidInput, "set organization in the manifest or HCP_ORGANIZATION_ID"));
        store.Describe().Where(f => f.Value is null).Select(f => f.Name).ShouldBe(["service", "organization", "project", "app"]);
        store.Describe().Single(f => f.Name == "service").Help!.ShouldContain("strongroom copy --all --from hcp --to vault");
    }

    [Fact]
    public async Task Least_privilege_names_the_role_and_takes_no_id_of_a_key_for_that_of_its_owner()
    {
        await using var backend = Backend(_service);

        backend.LeastPrivilege([new("ONE")], writes: false)!.Text.ShouldContain("roles/secrets.app-secret-reader");
        backend.LeastPrivilege([new("ONE")], writes: true)!.Text.ShouldContain("roles/secrets.app-manager");
        backend.LeastPrivilege([new("ONE")], writes: true)!.Text.ShouldNotContain(HcpService.ClientId);
    }

    private int Opened(string name) => _service.Exchanges.Count(e => e.AnswerText.Contains("dynamic_instance", StringComparison.Ordinal) && e.AnswerText.Contains($"\"{name}\"", StringComparison.Ordinal));

    private int Calls() => _service.Exchanges.Count(e => e.Path != "/oauth2/token");
}
