using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Strongroom.Backends.GitHub;
using Strongroom.Backends.Native;
using Strongroom.Conformance;
using Strongroom.Fakes;
using Strongroom.Fakes.GitHub;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.GitHub;

public sealed class GitHubBackendTests : IAsyncLifetime
{
    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private readonly ImpatientTime _time = new();
    private FakeGitHub _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await GitHubPlace.StartAsync(_time);

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public void Boxes_of_libsodium_are_opened_by_its_vectors()
    {
        foreach (var vector in SealedBoxes.Vectors)
        {
            Encoding.UTF8.GetString(SealedBoxes.Open(vector.Box, vector)!).ShouldBe(vector.Text);
            var box = new SealedBox().Seal(Encoding.UTF8.GetBytes(vector.Text), vector.PublicKey);
            box.Length.ShouldBe(Encoding.UTF8.GetByteCount(vector.Text) + SealedBox.Overhead);
            Encoding.UTF8.GetString(SealedBoxes.Open(box, vector)!).ShouldBe(vector.Text);
        }
    }

    [Fact]
    public void Seal_without_libsodium_names_the_package()
    {
        var error = Should.Throw<SecretException>(() => new SealedBox(["libsodium-that-is-not-there"]).Seal("x"u8, new byte[32]));

        error.Kind.ShouldBe(SecretErrorKind.Unsupported);
        error.Help!.ShouldContain("libsodium23");
    }

    [Theory]
    [InlineData("repos/acme/app/actions", "repository", "acme/app", null)]
    [InlineData("repos/acme/app/environments/blue/green 1", "repository", "acme/app", "blue/green 1")]
    [InlineData("orgs/acme/actions", "organization", "acme", null)]
    public async Task Write_reaches_its_place_by_the_key_of_that_place(string place, string setting, string value, string? environment)
    {
        var there = _fake.Open(place);
        there.ChangeKey();
        (string, string)[] settings = environment is null ? [(setting, value)] : [(setting, value), ("environment", environment)];
        await using var store = Store(settings);
        await using var variables = Store([.. settings, ("variables", "true")]);

        await WriteAsync(store, "Api_Key", "text");
        await WriteAsync(variables, "LEVEL", "debug");
        await WriteAsync(variables, "LEVEL", "info");

        Encoding.UTF8.GetString(there.Secrets["API_KEY"].Value).ShouldBe("text");
        (await store.ListAsync()).ShouldBe(["API_KEY"]);
        (await variables.ReadAsync(new SecretAddress("level"))).Value.RevealText().ShouldBe("info");
        await store.DeleteAsync(new SecretAddress("API_KEY"));
        there.Secrets.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_with_a_key_that_was_changed_fetches_the_new_one_once()
    {
        var place = _fake.Open(GitHubPlace.Repository);
        await using var store = Store();
        await WriteAsync(store, "A", "1");
        place.ChangeKey();

        await WriteAsync(store, "A", "2");

        Encoding.UTF8.GetString(place.Secrets["A"].Value).ShouldBe("2");
        _fake.Exchanges.Count(e => e.Path.EndsWith("public-key", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Write_that_is_invalid_is_tried_once()
    {
        await using var store = Store();
        _fake.Faults.Always(new Fault.Failing(422), r => r.Method == "PUT");

        (await FailAsync(() => WriteAsync(store, "A", "1"))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        _fake.Exchanges.Count(e => e.Method == "PUT").ShouldBe(1);
    }

    [Fact]
    public async Task Time_of_the_last_write_tells_that_somebody_else_wrote()
    {
        await using var backend = GitHubPlace.Backend(_fake, _time);
        using var value = SecretValue.FromText("1");
        var written = (await backend.WriteAsync(new SecretAddress("A"), new SecretWrite(value), CancellationToken.None)).Version.ShouldNotBeNull();

        (await backend.ListStatesAsync(CancellationToken.None))!["A"].ShouldBe(written);
        var there = _fake.Open(GitHubPlace.Repository).Secrets["A"];
        _fake.Open(GitHubPlace.Repository).Secrets["A"] = there with { UpdatedAt = there.UpdatedAt.AddSeconds(1) };
        (await backend.ListStatesAsync(CancellationToken.None))!["A"].ShouldNotBe(written);
    }

    [Fact]
    public async Task Write_succeeds_although_its_time_cannot_be_had()
    {
        await using var store = Store();
        _fake.Faults.Always(new Fault.Failing(503), r => r.Method == "GET" && r.Path.EndsWith("/A", StringComparison.Ordinal));
        using var value = SecretValue.FromText("1");

        (await store.WriteAsync(new SecretAddress("A"), new SecretWrite(value))).Version.ShouldBeNull();

        _fake.Open(GitHubPlace.Repository).Secrets.ShouldContainKey("A");
    }

    [Fact]
    public async Task Write_keeps_who_sees_a_secret_of_an_organization()
    {
        var place = _fake.Open("orgs/acme/actions");
        await using var deciding = Store(("organization", "acme"), ("visibility", "selected"), ("repository-ids", "11, 12"));
        await using var plain = Store(("organization", "acme"));
        await WriteAsync(deciding, "SHARED", "1");

        await WriteAsync(plain, "SHARED", "2");
        await WriteAsync(plain, "NEW", "1");

        (place.Secrets["SHARED"].Visibility, Encoding.UTF8.GetString(place.Secrets["SHARED"].Value)).ShouldBe(("selected", "2"));
        place.Secrets["SHARED"].Repositories.ShouldBe([11, 12]);
        place.Secrets["NEW"].Visibility.ShouldBe("private");
    }

    [Fact]
    public async Task Write_shares_with_repositories_by_name_and_asks_for_their_numbers_once()
    {
        var place = _fake.Open("orgs/acme/actions");
        (_fake.Repositories["acme/shop"], _fake.Repositories["acme/shop.web"]) = (21, 22);
        await using var store = Store(("organization", "acme"), ("visibility", "selected"), ("repositories", "shop, acme/shop.web"), ("repository-ids", "11"));

        await WriteAsync(store, "SHARED", "1");
        await WriteAsync(store, "ANOTHER", "1");

        place.Secrets["SHARED"].Repositories.ShouldBe([11, 21, 22]);
        place.Secrets["ANOTHER"].Repositories.ShouldBe([11, 21, 22]);
        _fake.Exchanges.Count(e => e.Target.StartsWith("/repos/acme/", StringComparison.Ordinal)).ShouldBe(2);
        store.LeastPrivilege([], writes: true)!.Text.ShouldContain("\"metadata\": \"read\",\n  \"organization_secrets\": \"write\"");
    }

    [Fact]
    public async Task Write_for_a_repository_that_is_not_there_writes_nothing()
    {
        _fake.Open("orgs/acme/actions");
        await using var store = Store(("organization", "acme"), ("visibility", "selected"), ("repositories", "typo"));

        var error = await FailAsync(() => WriteAsync(store, "SHARED", "1"));

        (error.Kind, error.Message.Contains("the repository acme/typo", StringComparison.Ordinal)).ShouldBe((SecretErrorKind.InvalidInput, true), error.Message);
        _fake.Exchanges.ShouldAllBe(e => e.Method == "GET");
    }

    [Fact]
    public async Task Writes_go_one_after_the_other_a_second_apart()
    {
        await using var store = Store();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => WriteAsync(store, $"N{i}", "x")));

        _time.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(3.9), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(GitHubBackend.ValueLengthMax - 1, true)]
    [InlineData(GitHubBackend.ValueLengthMax, true)]
    [InlineData(GitHubBackend.ValueLengthMax + 1, false)]
    public async Task Write_takes_48_KiB_and_no_more(int length, bool isTaken)
    {
        await using var store = Store();
        if (isTaken) await WriteAsync(store, "A", new string('x', length));
        else (await FailAsync(() => WriteAsync(store, "A", new string('x', length)))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        if (!isTaken) _fake.Exchanges.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GITHUB_X")]
    [InlineData("1A")]
    [InlineData("A-B")]
    [InlineData("A/B")]
    [InlineData("Ä")]
    public async Task Write_of_a_name_that_GitHub_does_not_take_sends_nothing(string name)
    {
        await using var store = Store();

        (await FailAsync(() => WriteAsync(store, name, "x"))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        _fake.Exchanges.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_of_bytes_that_are_no_text_is_refused()
    {
        await using var store = Store();
        using var bytes = SecretValue.FromBytes([0xff]);

        (await FailAsync(async () => await store.WriteAsync(new SecretAddress("A"), new SecretWrite(bytes)))).Help!.ShouldContain("base64");
    }

    [Fact]
    public async Task Place_that_the_token_does_not_see_is_denied_and_not_an_empty_one()
    {
        await using var store = Store(("repository", "acme/private"), ("variables", "true"));

        foreach (var call in new Func<Task>[]
        {
            async () => await store.ReadAsync(new SecretAddress("A")), () => store.DeleteAsync(new SecretAddress("A")).AsTask(),
            async () => await store.ListAsync(), async () => await store.ProbeAsync(), () => WriteAsync(store, "A", "x"),
        })
        {
            var error = await FailAsync(call);
            error.Kind.ShouldBe(SecretErrorKind.Denied);
            error.Help!.ShouldContain("'Variables' (write) for acme/private");
        }
    }

    [Theory]
    [InlineData(400, SecretErrorKind.InvalidInput)]
    [InlineData(401, SecretErrorKind.Denied)]
    [InlineData(403, SecretErrorKind.Denied)]
    [InlineData(404, SecretErrorKind.NotFound)]
    [InlineData(408, SecretErrorKind.Unreachable)]
    [InlineData(409, SecretErrorKind.Conflict)]
    [InlineData(410, SecretErrorKind.Malformed)]
    [InlineData(422, SecretErrorKind.InvalidInput)]
    [InlineData(429, SecretErrorKind.Throttled)]
    [InlineData(500, SecretErrorKind.Unreachable)]
    [InlineData(502, SecretErrorKind.Unreachable)]
    public async Task Errors_have_the_kind_of_the_table(int status, SecretErrorKind kind)
    {
        await using var store = Store(("variables", "true"));
        await store.ProbeAsync();
        _fake.Faults.Next(new Fault.Failing(status));

        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("A")))).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task Limits_are_told_from_refusals_by_their_headers()
    {
        await using var store = Store();
        _fake.LimitsArePrimary = true;
        _fake.Faults.Next(new Fault.Throttled(TimeSpan.FromMinutes(20)));
        var primary = await FailAsync(async () => await store.ListAsync());
        _fake.LimitsArePrimary = false;
        _fake.Faults.Next(new Fault.Throttled(TimeSpan.FromSeconds(90))).Next(new Fault.Throttled());
        var secondary = await FailAsync(async () => await store.ListAsync());
        var unsaid = await FailAsync(async () => await store.ListAsync());

        primary.RetryAfter!.Value.ShouldBeInRange(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(20.1));
        secondary.RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
        unsaid.RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
        new[] { primary, secondary, unsaid }.ShouldAllBe(e => e.Kind == SecretErrorKind.Throttled);
    }

    [Fact]
    public async Task App_logs_in_with_its_key_and_again_when_its_token_runs_out_or_is_refused()
    {
        using var folder = new TemporaryFiles();
        using var key = RSA.Create(2048);
        _fake.AppKey = key;
        await using var store = App(folder.Write("app.pem", key.ExportRSAPrivateKeyPem()));
        await store.ListAsync();
        await store.ListAsync();
        Logins().ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(56));
        await store.ListAsync();
        Logins().ShouldBe(2);
        _fake.Faults.Next(new Fault.ExpiredCredential());
        await store.ListAsync();
        Logins().ShouldBe(3);
        Encoding.UTF8.GetString(_fake.Exchanges.First(e => e.Path.EndsWith("access_tokens", StringComparison.Ordinal)).RequestBody)
            .ShouldBe("""{"repositories":["app"],"permissions":{"secrets":"write"}}""", "no more than is needed");

        int Logins() => _fake.Exchanges.Count(e => e.Path.EndsWith("access_tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task App_that_cannot_log_in_says_why()
    {
        using var folder = new TemporaryFiles();
        using var key = RSA.Create(2048);
        using var other = RSA.Create(2048);
        _fake.AppKey = key;
        await using var wrong = App(folder.Write("wrong.pem", other.ExportRSAPrivateKeyPem()));
        await using var broken = App(folder.Write("broken.pem", "no key"));
        await using var elsewhere = App(folder.Write("app.pem", key.ExportRSAPrivateKeyPem()), installation: "43");

        (await FailAsync(async () => await wrong.ListAsync())).Kind.ShouldBe(SecretErrorKind.Denied);
        (await FailAsync(async () => await broken.ListAsync())).Help!.ShouldContain("private-key-file");
        (await FailAsync(async () => await elsewhere.ListAsync())).Message.ShouldContain("no installation 43");
    }

    [Fact]
    public async Task Read_in_a_job_gives_what_the_workflow_mapped()
    {
        await using var store = new SecretStore("ci", GitHubBackend.Create(Settings.Of(
            [], [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/app"), ("API_KEY", "from the job"), ("UNDEFINED", "")])));

        (await store.ReadAsync(new SecretAddress("api_key"))).Value.RevealText().ShouldBe("from the job");
        (await FailAsync(async () => await store.ReadAsync(new SecretAddress("UNDEFINED")))).Help!.ShouldContain("env: UNDEFINED: ${{ secrets.UNDEFINED }}");
    }

    [Fact]
    public async Task Store_without_credentials_or_place_says_what_to_set_when_it_is_asked()
    {
        await using var bare = new SecretStore("bare", GitHubBackend.Create(Settings.Of([])), Once);
        await using var nameless = new SecretStore("bare", GitHubBackend.Create(Settings.Of([("repository", "acme/app")])), Once);

        (await FailAsync(async () => await bare.ListAsync())).Help!.ShouldContain("GITHUB_REPOSITORY");
        (await FailAsync(async () => await nameless.ListAsync())).Help!.ShouldContain("GITHUB_TOKEN");
        bare.Describe().Where(f => f.Value is null).Select(f => f.Name).ShouldBe(["place", "credentials"]);
    }

    [Fact]
    public void Create_reports_settings_that_contradict_each_other()
    {
        var error = Should.Throw<SecretException>(() => GitHubBackend.Create(Settings.Of(
            [("organization", "acme"), ("repository", "acme/app"), ("visibility", "some"), ("repository-ids", "x"), ("app-id", "1"), ("address", "api.github.com")])));

        foreach (var fault in new[] { "organization stands without", "visibility must be one of", "repository-ids must be numbers", "go together", "address must be" })
            error.Message.ShouldContain(fault);
    }

    [Fact]
    public async Task ReadMany_takes_whole_pages()
    {
        var place = _fake.Open(GitHubPlace.Repository);
        for (var i = 0; i < 65; i++) place.Variables[$"N{i}"] = GitHubPlace.Item($"N{i}", Encoding.UTF8.GetBytes($"{i}"));
        await using var store = Store(("variables", "true"));

        var outcomes = await store.ReadManyAsync([.. Enumerable.Range(0, 65).Select(i => new SecretAddress($"N{i}")), new SecretAddress("MISSING")]);

        outcomes.Take(65).Select(o => o.Secret!.Value.RevealText()).ShouldBe(Enumerable.Range(0, 65).Select(i => $"{i}"));
        outcomes[65].Error!.Kind.ShouldBe(SecretErrorKind.NotFound);
        _fake.Exchanges.Count.ShouldBe(3);
    }

    private SecretStore Store(params (string, string)[] settings) => new("github", GitHubPlace.Backend(_fake, _time, settings), Once);

    private SecretStore App(string keyFile, string installation = "42") => new("github", GitHubPlace.Backend(
        _fake, _time, ("app-id", "7"), ("installation-id", installation), ("private-key-file", keyFile)), Once);

    private static async Task WriteAsync(SecretStore store, string name, string text)
    {
        using var value = SecretValue.FromText(text);
        await store.WriteAsync(new SecretAddress(name), new SecretWrite(value));
    }

    private static Task<SecretException> FailAsync(Func<Task> action) => Should.ThrowAsync<SecretException>(action);
}
