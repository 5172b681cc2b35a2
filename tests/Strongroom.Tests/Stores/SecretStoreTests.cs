using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Shouldly;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Stores;

public sealed class SecretStoreTests
{
    private static readonly SecretAddress Key = new("prod/db");

    private readonly FakeTime _time = new();
    private readonly ScriptedBackend _backend = new();

    public static TheoryData<Exception, SecretErrorKind> Faults => new()
    {
        { new HttpRequestException("s3cret"), SecretErrorKind.Unreachable },
        { new HttpRequestException("s3cret", null, HttpStatusCode.Forbidden), SecretErrorKind.Denied },
        { new HttpRequestException("s3cret", null, HttpStatusCode.TooManyRequests), SecretErrorKind.Throttled },
        { new HttpRequestException("s3cret", null, HttpStatusCode.NotFound), SecretErrorKind.NotFound },
        { new System.Net.Sockets.SocketException(), SecretErrorKind.Unreachable },
        { new IOException("s3cret"), SecretErrorKind.Unreachable },
        { new TimeoutException("s3cret"), SecretErrorKind.Unreachable },
        { new OperationCanceledException("s3cret"), SecretErrorKind.Unreachable },
        { new JsonException("s3cret"), SecretErrorKind.Malformed },
        { new FormatException("s3cret"), SecretErrorKind.Malformed },
        { new InvalidOperationException("s3cret"), SecretErrorKind.Malformed },
        { new UnauthorizedAccessException("s3cret"), SecretErrorKind.Denied },
        { new IOException("s3cret", 28), SecretErrorKind.StorageFull },
        { new IOException("s3cret", 30), SecretErrorKind.ReadOnly },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task Read_gives_every_fault_a_kind_and_keeps_none_of_its_text(Exception fault, SecretErrorKind kind)
    {
        _backend.OnRead = (_, _) => throw fault;
        await using var store = Store(new StoreResilienceOptions { RetriesMax = 0 });

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(Key));

        error.Kind.ShouldBe(kind);
        error.ToString().ShouldNotContain("s3cret");
        error.Message.ShouldStartWith("remote: read prod/db: ");
    }

    [Fact]
    public void Store_with_bad_options_reports_all_faults_at_once()
    {
        var options = new StoreResilienceOptions { RetriesMax = -1, BreakerFailureRatio = 2, ConcurrentCallsMax = 0 };

        var error = Should.Throw<SecretException>(() => Store(options));

        error.Message.ShouldBe(
            "resilience: retriesMax must be 0 to 20; breakerFailureRatio must be above 0 and at most 1; concurrentCallsMax must be 1 to 10000");
    }

    [Fact]
    public async Task Read_is_retried_until_it_succeeds()
    {
        var attempts = 0;
        _backend.OnRead = (_, _) => ++attempts < 3 ? throw ScriptedBackend.Error(SecretErrorKind.Unreachable) : new(ScriptedBackend.Stored("x"));
        await using var store = Store();

        var secret = await _time.RunAsync(() => store.ReadAsync(Key).AsTask());

        secret.Value.RevealText().ShouldBe("x");
        attempts.ShouldBe(3);
        _time.Elapsed.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(SecretErrorKind.Denied)]
    [InlineData(SecretErrorKind.NotFound)]
    [InlineData(SecretErrorKind.Malformed)]
    [InlineData(SecretErrorKind.Sealed)]
    public async Task Read_that_cannot_get_better_is_not_retried(SecretErrorKind kind)
    {
        _backend.Fails(kind);
        await using var store = Store();

        (await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(Key))).Kind.ShouldBe(kind);

        _backend.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Retry_waits_as_long_as_the_store_asks()
    {
        var attempts = 0;
        _backend.OnRead = (_, _) => ++attempts == 1
            ? throw ScriptedBackend.Error(SecretErrorKind.Throttled, TimeSpan.FromSeconds(12))
            : new(ScriptedBackend.Stored("x"));
        await using var store = Store();

        await _time.RunAsync(() => store.ReadAsync(Key).AsTask());

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Retry_does_not_wait_longer_than_allowed_and_tells_the_caller()
    {
        _backend.Fails(SecretErrorKind.Throttled, TimeSpan.FromMinutes(10));
        await using var store = Store();

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(Key));

        error.RetryAfter.ShouldBe(TimeSpan.FromMinutes(10));
        (_backend.Calls, _time.Elapsed).ShouldBe((1, TimeSpan.Zero));
    }

    [Fact]
    public async Task Read_of_a_backend_that_hangs_and_ignores_cancellation_ends_in_time()
    {
        _backend.OnRead = (_, _) => new(new TaskCompletionSource<StoredSecret>().Task);
        await using var store = Store();

        var error = await Should.ThrowAsync<SecretException>(() => _time.RunAsync(() => store.ReadAsync(Key).AsTask()));

        error.Kind.ShouldBe(SecretErrorKind.Unreachable);
        _time.Elapsed.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Read_that_comes_too_late_is_zeroed()
    {
        var late = new TaskCompletionSource<StoredSecret>();
        _backend.OnRead = (_, _) => new(late.Task);
        await using var store = Store(new StoreResilienceOptions { RetriesMax = 0 });
        await Should.ThrowAsync<SecretException>(() => _time.RunAsync(() => store.ReadAsync(Key).AsTask()));
        var secret = ScriptedBackend.Stored("late");

        late.SetResult(secret);
        _time.Advance(TimeSpan.Zero); // Lets what waits for the answer go on.

        Should.Throw<ObjectDisposedException>(() => _ = secret.Value.Reveal().Length);
    }

    [Fact]
    public async Task Read_cancelled_by_the_caller_is_cancelled_and_not_an_error_of_the_store()
    {
        _backend.OnRead = (_, _) => new(new TaskCompletionSource<StoredSecret>().Task);
        await using var store = Store();
        using var source = new CancellationTokenSource();
        var reading = store.ReadAsync(Key, source.Token).AsTask();

        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Breaker_opens_leaves_the_store_alone_and_tries_again_after_a_while()
    {
        _backend.Fails(SecretErrorKind.Unreachable);
        await using var store = Store(new StoreResilienceOptions { RetriesMax = 0, BreakerAttemptsMin = 4 });
        for (var i = 0; i < 4; i++) await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(Key));

        var refused = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(Key));

        _backend.Calls.ShouldBe(4, "an open breaker sends nothing");
        refused.Kind.ShouldBe(SecretErrorKind.Unreachable);
        _time.Advance(TimeSpan.FromSeconds(15));
        _backend.Answers("back");
        (await store.ReadAsync(Key)).Value.RevealText().ShouldBe("back");
        (await store.ReadAsync(Key)).Value.RevealText().ShouldBe("back");
    }

    [Fact]
    public async Task Bulkhead_lets_so_many_in_so_many_wait_and_refuses_the_rest()
    {
        var gate = new TaskCompletionSource<StoredSecret>();
        _backend.OnRead = (_, _) => new(gate.Task);
        await using var store = Store(new StoreResilienceOptions { ConcurrentCallsMax = 2, QueuedCallsMax = 1 });
        var inside = Enumerable.Range(0, 3).Select(_ => store.ReadAsync(Key).AsTask()).ToList();

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(Key));

        error.Kind.ShouldBe(SecretErrorKind.Throttled);
        _backend.Calls.ShouldBe(2);
        gate.SetResult(ScriptedBackend.Stored("x"));
        await Task.WhenAll(inside);
    }

    [Fact]
    public async Task Token_bucket_spreads_calls_over_time()
    {
        _backend.Answers("x");
        await using var store = Store(new StoreResilienceOptions { CallsPerSecond = 2, CallBurst = 3 });

        for (var i = 0; i < 7; i++) await _time.RunAsync(() => store.ReadAsync(Key).AsTask());

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Write_without_a_condition_is_retried()
    {
        var attempts = 0;
        _backend.OnWrite = (_, _, _) => ++attempts < 2 ? throw ScriptedBackend.Error(SecretErrorKind.Unreachable) : default;
        await using var store = Store();

        await _time.RunAsync(() => store.WriteAsync(Key, new SecretWrite(SecretValue.FromText("x"))).AsTask());

        attempts.ShouldBe(2);
    }

    [Fact]
    public async Task Delete_whose_first_answer_was_lost_succeeds()
    {
        var attempts = 0;
        _backend.OnDelete = (_, _) => throw ScriptedBackend.Error(++attempts == 1 ? SecretErrorKind.Unreachable : SecretErrorKind.NotFound);
        await using var store = Store();

        await _time.RunAsync(() => store.DeleteAsync(Key).AsTask());

        attempts.ShouldBe(2);
    }

    [Fact]
    public async Task ReadMany_retries_only_what_failed_passingly()
    {
        var failedOnce = false;
        _backend.OnRead = (address, _) =>
        {
            if (address.Path is "missing") throw ScriptedBackend.Error(SecretErrorKind.NotFound);
            if (address.Path is not "shaky" || failedOnce) return new(ScriptedBackend.Stored(address.Path));
            failedOnce = true;
            throw ScriptedBackend.Error(SecretErrorKind.Unreachable);
        };
        await using var store = Store();

        var outcomes = await _time.RunAsync(() => store.ReadManyAsync([new("good"), new("missing"), new("shaky")]).AsTask());

        outcomes.Select(o => o.Secret?.Value.RevealText()).ShouldBe(["good", null, "shaky"]);
        _backend.Batches.Select(b => string.Join(',', b)).ShouldBe(["good,missing,shaky", "shaky"]);
    }

    [Fact]
    public async Task ReadMany_reports_an_outage_at_every_address()
    {
        _backend.OnRead = (_, _) => throw new HttpRequestException("down");
        await using var store = Store();

        var outcomes = await _time.RunAsync(() => store.ReadManyAsync([new("a"), new("b")]).AsTask());

        outcomes.Select(o => (o.Error!.Kind, o.Error.Name)).ShouldBe([(SecretErrorKind.Unreachable, "a"), (SecretErrorKind.Unreachable, "b")]);
    }

    [Fact]
    public async Task Traces_carry_names_and_no_value()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Strongroom",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => { lock (activities) activities.Add(activity); },
        };
        ActivitySource.AddActivityListener(listener);
        _backend.Answers("s3cret-value");
        var name = "traced";
        await using var store = new SecretStore(name, _backend, time: _time);

        await store.ReadAsync(Key);

        Activity traced;
        lock (activities) traced = activities.Single(a => a.OperationName.EndsWith(name, StringComparison.Ordinal));
        traced.TagObjects.Select(t => $"{t.Key}={t.Value}").ShouldBe(
            ["strongroom.store=traced", "strongroom.operation=read", "strongroom.name=prod/db"]);
    }

    private SecretStore Store(StoreResilienceOptions? resilience = null) =>
        new("remote", _backend, new StoreOptions { Resilience = resilience ?? new StoreResilienceOptions(), Randomizer = () => 0.5 }, _time);

    [Fact]
    public async Task List_tells_no_name_that_cannot_be_asked_for_or_acts_on_a_terminal()
    {
        await using var store = new SecretStore("hostile", new Listing("a/b", "good", "\u001b]0;owned\u0007", "a//b", "../up", "code\u202efdp.exe", "n\0ul", "", "schlüssel"));

        (await store.ListAsync()).ShouldBe(["a/b", "good", "schlüssel"]);
        (await store.ProbeAsync()).ShouldBe("as \ufffd[31madmin");
    }

    [Theory]
    [InlineData("a\u001b[31mb", "a\ufffd[31mb")]
    [InlineData("a\u202eb\u0085", "a\ufffdb\ufffd")]
    [InlineData("two\nlines\tschön", "two\nlines\tschön")]
    public void Message_of_a_failure_acts_on_no_terminal(string text, string shown)
    {
        var error = new SecretException(SecretErrorKind.Malformed, text, "store", "read", name: text, help: text);

        (error.Reason, error.Help).ShouldBe((shown, shown));
        error.Message.ShouldBe($"store: read {shown}: {shown}; {shown}");
        error.Headline.ShouldBe($"store: read {shown}: {shown}");
    }

    private sealed class Listing(params string[] names) : SecretBackend
    {
        public override string Kind => "listing";

        public override BackendCapabilities Capabilities => BackendCapabilities.List;

        public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) => new(names);

        public override ValueTask<string> ProbeAsync(CancellationToken cancellationToken) => new("as \u001b[31madmin");
    }
}
