using Shouldly;
using Strongroom.Conformance;
using Strongroom.Fakes;
using Strongroom.Fakes.Hcp;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;
using static Strongroom.Backends.Tests.Hcp.HcpPlace;

namespace Strongroom.Backends.Tests.Hcp;

public sealed class HcpFaultTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private HcpService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = new HcpService(_time);
        await _service.StartAsync();
        _service.Add("ONE", "a value that is long enough to be cut");
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(400, 3, SecretErrorKind.InvalidInput)]
    [InlineData(401, 16, SecretErrorKind.Denied)]
    [InlineData(403, 7, SecretErrorKind.Denied)]
    [InlineData(409, 6, SecretErrorKind.Conflict)]
    [InlineData(409, 10, SecretErrorKind.Conflict)]
    [InlineData(429, 8, SecretErrorKind.StorageFull)]
    [InlineData(429, 14, SecretErrorKind.Throttled)]
    [InlineData(500, 13, SecretErrorKind.Unreachable)]
    [InlineData(501, 12, SecretErrorKind.Unsupported)]
    [InlineData(503, 14, SecretErrorKind.Unreachable)]
    [InlineData(504, 4, SecretErrorKind.Unreachable)]
    [InlineData(410, 0, SecretErrorKind.Unreachable)]
    [InlineData(418, 2, SecretErrorKind.Malformed)]
    public async Task Write_gives_each_pair_of_status_and_code_its_kind(int status, int code, SecretErrorKind kind)
    {
        await using var store = Store(Over(new HcpAnswers(_service, status, code), _service));

        var error = await FailAsync(async () => await store.WriteAsync(new("ONE"), Write("x")));

        error.Kind.ShouldBe(kind);
        error.Message.ShouldNotContain("quoting a value");
    }

    [Fact]
    public async Task Quota_is_for_good_and_a_throttled_read_is_not()
    {
        _service.VersionsMax = 1;
        await using var store = Store(Backend(_service));

        (await FailAsync(async () => await store.WriteAsync(new("ONE"), Write("x")))).Kind.ShouldBe(SecretErrorKind.StorageFull);
        _service.Faults.Next(new Fault.Throttled(TimeSpan.FromSeconds(7)), when: r => r.Method == "GET");
        var error = await FailAsync(() => TextAsync(store, new("ONE")));
        (error.Kind, error.RetryAfter).ShouldBe((SecretErrorKind.Throttled, TimeSpan.FromSeconds(7)));
        _service.Faults.Next(new Fault.Throttled(), when: r => r.Method == "GET");
        (await FailAsync(() => TextAsync(store, new("ONE")))).Kind.ShouldBe(SecretErrorKind.Throttled);
    }

    [Fact]
    public async Task App_that_is_not_there_is_denied_and_not_not_found()
    {
        await using var store = Store(Backend(_service, [("app", "no-such-app")]));

        (await FailAsync(() => TextAsync(store, new("ONE")))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Version_of_the_api_is_found_out_once_and_only_when_needed()
    {
        await using var older = new HcpService(_time, "2023-06-13");
        await older.StartAsync();
        older.Add("ONE", "1");
        await using (var store = Store(Backend(older)))
        {
            (await TextAsync(store, new("ONE"))).ShouldBe("1");
            (await TextAsync(store, new("ONE"))).ShouldBe("1");
            (await store.ProbeAsync()).ShouldContain("API 2023-06-13");
        }
        older.Exchanges.Count(e => e.Path.Contains("2023-11-28", StringComparison.Ordinal)).ShouldBe(2);
        await using var newer = Store(Backend(_service));
        (await TextAsync(newer, new("ONE"))).ShouldStartWith("a value");
        _service.Exchanges.Count(e => e.Path != "/oauth2/token").ShouldBe(1, "an answer about the secret tells the version");
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("2023-11-28")]
    public async Task Server_that_is_no_such_service_is_unreachable_and_never_not_found(string version)
    {
        await using var other = new HcpService(_time, "2099-01-01");
        await other.StartAsync();
        await using var store = Store(Backend(other, [("api-version", version)]));

        var act = () => TextAsync(store, new("ONE"));

        (await FailAsync(act)).Kind.ShouldBe(SecretErrorKind.Unreachable);
        (await FailAsync(async () => await store.ListAsync())).Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Theory]
    [InlineData(200, """{"code":5,"message":"Not Found"}""", 404, SecretErrorKind.Unreachable)]
    [InlineData(200, "", 410, SecretErrorKind.Unreachable)]
    [InlineData(401, "", 404, SecretErrorKind.Denied)]
    public async Task Public_service_says_that_it_is_closed(int loginStatus, string body, int status, SecretErrorKind kind)
    {
        var transport = new Answering((loginStatus, """{"access_token":"t","expires_in":3600}"""), (status, body));
        await using var store = Store(Over(transport, _service, isPublic: true));

        var error = await FailAsync(() => TextAsync(store, new("ONE")));

        error.Kind.ShouldBe(kind);
        error.Help!.ShouldContain("closed on 1 July 2026");
        transport.Hosts.ShouldBeSubsetOf(["auth.idp.hashicorp.com", "api.cloud.hashicorp.com"]);
    }

    public static TheoryData<Fault, SecretErrorKind> Breakages => new()
    {
        { new Fault.Reset(), SecretErrorKind.Unreachable },
        { new Fault.CutBody(), SecretErrorKind.Unreachable },
        { new Fault.TruncatedJson(), SecretErrorKind.Malformed },
        { new Fault.NotJson(), SecretErrorKind.Malformed },
        { new Fault.Redirect(new Uri("http://elsewhere.test/")), SecretErrorKind.Malformed },
    };

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task Read_over_a_broken_way_is_never_not_found(Fault fault, SecretErrorKind kind)
    {
        await using var store = Store(Backend(_service));
        _service.Faults.Next(fault, when: r => r.Path != "/oauth2/token");

        (await FailAsync(() => TextAsync(store, new("ONE")))).Kind.ShouldBe(kind);
        (await TextAsync(store, new("ONE"))).ShouldStartWith("a value");
        _service.Faults.Next(fault, when: r => r.Path != "/oauth2/token");
        (await FailAsync(async () => await store.ListAsync())).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task Login_over_a_service_that_fails_is_unreachable()
    {
        await using var store = Store(Backend(_service));
        _service.Faults.Next(new Fault.Failing(503));

        (await FailAsync(() => TextAsync(store, new("ONE")))).Kind.ShouldBe(SecretErrorKind.Unreachable);
        (await TextAsync(store, new("ONE"))).ShouldStartWith("a value");
    }

    [Fact]
    public async Task Calls_that_hang_end_when_they_are_cancelled()
    {
        await using var store = Store(Backend(_service));
        _service.Faults.Always(new Fault.Hang());
        Func<CancellationToken, Task>[] calls =
        [
            async token => await store.ReadAsync(new("ONE"), token),
            async token => await store.ReadManyAsync([new("ONE"), new("TWO")], token),
            async token => await store.ListAsync("", token),
            async token => await store.WriteAsync(new("ONE", "field"), Write("x"), token),
            async token => await store.DeleteAsync(new("ONE"), token),
            async token => await store.ProbeAsync(token),
        ];
        foreach (var call in calls)
        {
            using var source = new CancellationTokenSource();
            var running = call(source.Token);
            await source.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(running);
        }
    }

    [Fact]
    public async Task Write_whose_answer_is_lost_is_not_repeated()
    {
        await using var store = new SecretStore("hcp", Backend(_service));
        _service.Faults.Next(new Fault.LostAnswer(), when: r => r.Method == "POST" && r.Path != "/oauth2/token");

        (await FailAsync(async () => await store.WriteAsync(new("ONE"), Write("second")))).Kind.ShouldBe(SecretErrorKind.Unreachable);

        (await store.ReadAsync(new("ONE"))).Version.ShouldBe((SecretVersion)2);
    }

    private static SecretBackend Over(HttpMessageHandler transport, HcpService service, bool isPublic = false)
    {
        var values = new Dictionary<string, string> { ["organization"] = HcpService.Organization, ["project"] = HcpService.Project, ["app"] = HcpService.App };
        if (!isPublic) values["address"] = service.Address.ToString();
        return All.Find("hcp")!(new BackendSettings("hcp", values, "/", HcpPlace.Client.ToDictionary(v => v.Key, v => v.Value), TimeProvider.System, () => transport));
    }

    /// <summary>Lets the fake answer, but for writes, which get one status and code.</summary>
    private sealed class HcpAnswers(HcpService service, int status, int code) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/oauth2/token" || request.Method != HttpMethod.Post) return await base.SendAsync(request, cancellationToken);
            request.RequestUri.Authority.ShouldBe(service.Address.Authority);
            return new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new StringContent($$"""{"code":{{code}},"message":"quoting a value"}""") };
        }
    }

    /// <summary>Answers logins and everything else with one answer each.</summary>
    private sealed class Answering((int Status, string Body) login, (int Status, string Body) other) : HttpMessageHandler
    {
        public HashSet<string> Hosts { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Hosts.Add(request.RequestUri!.Host);
            var (status, body) = request.RequestUri.AbsolutePath == "/oauth2/token" ? login : other;
            return Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new StringContent(body) });
        }
    }
}
