using Shouldly;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Caching;

public sealed class StoreCacheTests : IAsyncDisposable
{
    private static readonly StoreOptions OneAttempt = new()
    {
        Resilience = new StoreResilienceOptions { RetriesMax = 0, BreakerAttemptsMin = 10_000 },
    };

    private readonly FakeTime _time = new();
    private readonly ScriptedBackend _backend = new();
    private readonly SecretStore _store;

    public StoreCacheTests() => _store = new SecretStore("remote", _backend, OneAttempt, _time);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Resolve_asks_once_within_its_time_and_again_after()
    {
        _backend.Answers("one");
        using var resolver = Resolver();

        (await resolver.ResolveAsync("KEY")).Source.ShouldBe(AnswerSource.Store);
        _time.Advance(TimeSpan.FromMinutes(4));
        var hit = await resolver.ResolveAsync("KEY");
        (hit.Source, hit.AgeAt(_time.GetUtcNow())).ShouldBe((AnswerSource.MemoryCache, TimeSpan.FromMinutes(4)));
        _backend.Calls.ShouldBe(1);

        _backend.Answers("two");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("two");
    }

    [Fact]
    public async Task Resolve_from_the_cache_allocates_nothing_and_is_finished_at_once()
    {
        _backend.Answers("one");
        var time = TimeProvider.System;
        await using var store = new SecretStore("remote", _backend, OneAttempt, time);
        using var resolver = new Resolver([store], [Plan("KEY", "remote")], time: time);
        await resolver.ResolveAsync("KEY");
        for (var i = 0; i < 1000; i++) _ = resolver.ResolveAsync("KEY").IsCompletedSuccessfully;

        var before = GC.GetAllocatedBytesForCurrentThread();
        var finished = true;
        for (var i = 0; i < 1000; i++) finished &= resolver.ResolveAsync("KEY").IsCompletedSuccessfully;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        (finished, allocated).ShouldBe((true, 0L));
    }

    [Fact]
    public async Task Resolve_at_the_same_time_makes_one_call()
    {
        var gate = new TaskCompletionSource<StoredSecret>();
        _backend.OnRead = (_, _) => new(gate.Task);
        using var resolver = Resolver();

        var waiting = Enumerable.Range(0, 50).Select(_ => resolver.ResolveAsync("KEY").AsTask()).ToList();
        gate.SetResult(ScriptedBackend.Stored("one"));
        var secrets = await Task.WhenAll(waiting);

        _backend.Calls.ShouldBe(1);
        secrets.ShouldAllBe(s => s.Value.RevealText() == "one");
    }

    [Fact]
    public async Task Resolve_on_many_threads_makes_one_call()
    {
        for (var round = 0; round < 50; round++)
        {
            var gate = new TaskCompletionSource<StoredSecret>(TaskCreationOptions.RunContinuationsAsynchronously);
            var backend = new ScriptedBackend { OnRead = (_, _) => new(gate.Task) };
            await using var store = new SecretStore("store", backend, time: _time);
            using var resolver = new Resolver([store], [new ResolutionPlan("KEY", [new("store", new SecretAddress("KEY"))])], time: _time);
            using var together = new Barrier(4);
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    return resolver.ResolveAsync("KEY").AsTask();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();

            gate.SetResult(ScriptedBackend.Stored("one"));
            var secrets = await Task.WhenAll(callers);

            backend.Calls.ShouldBe(1);
            secrets.ShouldAllBe(s => s.Value.RevealText() == "one");
        }
    }

    [Fact]
    public async Task Resolve_cancelled_by_one_caller_goes_on_for_the_others_and_stops_after_the_last()
    {
        var gate = new TaskCompletionSource<StoredSecret>();
        CancellationToken seen = default;
        _backend.OnRead = async (_, token) =>
        {
            seen = token;
            return await gate.Task.WaitAsync(token);
        };
        using var resolver = Resolver();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = resolver.ResolveAsync("KEY", cancellationToken: first.Token).AsTask();
        var two = resolver.ResolveAsync("KEY", cancellationToken: second.Token).AsTask();

        await first.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => one);
        seen.IsCancellationRequested.ShouldBeFalse();
        await second.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => two);
        seen.IsCancellationRequested.ShouldBeTrue();

        gate.SetResult(ScriptedBackend.Stored("one"));
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("one");
    }

    [Fact]
    public async Task Outage_gives_the_stale_value_up_to_the_ceiling_and_says_so()
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        await resolver.ResolveAsync("KEY");
        _backend.Fails(SecretErrorKind.Unreachable);

        _time.Advance(TimeSpan.FromMinutes(59));
        var stale = await resolver.ResolveAsync("KEY");
        (stale.Value.RevealText(), stale.IsStale, stale.StaleBecause!.Kind).ShouldBe(("one", true, SecretErrorKind.Unreachable));
        _time.Advance(TimeSpan.FromMinutes(1));

        (await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"))).Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Fact]
    public async Task Outage_is_asked_about_again_after_the_recheck_time_only()
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        await resolver.ResolveAsync("KEY");
        _backend.Fails(SecretErrorKind.Unreachable);
        _time.Advance(TimeSpan.FromMinutes(6));
        await resolver.ResolveAsync("KEY");
        var calls = _backend.Calls;

        await resolver.ResolveAsync("KEY");
        _backend.Calls.ShouldBe(calls);
        _time.Advance(TimeSpan.FromSeconds(5));
        _backend.Answers("two");
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("two");
    }

    [Theory]
    [InlineData(SecretErrorKind.Denied)]
    [InlineData(SecretErrorKind.NotFound)]
    [InlineData(SecretErrorKind.Unreadable)]
    public async Task Value_that_the_store_withdraws_is_never_given_out_again(SecretErrorKind kind)
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        await resolver.ResolveAsync("KEY");
        _time.Advance(TimeSpan.FromMinutes(5));
        _backend.Fails(kind);
        (await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"))).Kind.ShouldBe(kind);

        _backend.Fails(SecretErrorKind.Unreachable);

        (await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"))).Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Fact]
    public async Task Write_is_seen_by_the_next_read_even_against_a_call_that_is_under_way()
    {
        var slow = new TaskCompletionSource<StoredSecret>();
        _backend.OnRead = (_, _) => new(slow.Task);
        using var resolver = Resolver();
        var before = resolver.ResolveAsync("KEY").AsTask();

        await resolver.WriteAsync("KEY", new SecretWrite(SecretValue.FromText("new")));
        _backend.Answers("new");
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("new");
        slow.SetResult(ScriptedBackend.Stored("old"));
        await before;

        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("new", "an older answer does not replace a newer one");
    }

    [Fact]
    public async Task Bypass_asks_the_store_and_refreshes_the_cache()
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        await resolver.ResolveAsync("KEY");
        _backend.Answers("two");

        (await resolver.ResolveAsync("KEY", CacheMode.Bypass)).Value.RevealText().ShouldBe("two");

        (await resolver.ResolveAllAsync()).Secrets.Single().Value.RevealText().ShouldBe("two");
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("two", "the short way must not know better");
        _backend.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Missing_secret_is_remembered_only_when_asked_to()
    {
        using var plain = Resolver();
        using var negative = Resolver(new CacheOptions { NegativeTtl = TimeSpan.FromSeconds(30) });

        foreach (var (resolver, calls) in ((Resolver, int)[])[(plain, 2), (negative, 1)])
        {
            var before = _backend.Calls;
            for (var i = 0; i < 2; i++) await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"));
            (_backend.Calls - before).ShouldBe(calls);
        }
    }

    [Fact]
    public async Task Clock_that_goes_back_does_not_make_values_younger()
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        await resolver.ResolveAsync("KEY");
        _backend.Fails(SecretErrorKind.Unreachable);

        _time.Jump(_time.GetUtcNow() - TimeSpan.FromHours(2));

        await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"));
    }

    [Fact]
    public async Task Sleep_of_the_machine_counts_as_age()
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        await resolver.ResolveAsync("KEY");
        _backend.Fails(SecretErrorKind.Unreachable);

        _time.Jump(_time.GetUtcNow() + TimeSpan.FromHours(8));

        await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY"));
    }

    [Fact]
    public async Task Cache_stays_within_its_limits()
    {
        var names = Enumerable.Range(0, 40).Select(i => $"KEY{i}").ToArray();
        _backend.Answers("x");
        using var resolver = new Resolver(
            [_store], [.. names.Select(n => Plan(n, "remote"))], new ResolverOptions { Cache = new CacheOptions { EntriesMax = 16 } }, _time);
        foreach (var name in names) await resolver.ResolveAllAsync([name]);
        var calls = _backend.Calls;

        await resolver.ResolveAllAsync(["KEY39"]);
        _backend.Calls.ShouldBe(calls, "the newest is kept");
        await resolver.ResolveAllAsync(["KEY0"]);
        _backend.Calls.ShouldBe(calls + 1, "the oldest went");
    }

    [Fact]
    public async Task Offline_asks_nobody()
    {
        _backend.Answers("one");
        using var resolver = Resolver();
        (await Should.ThrowAsync<SecretException>(async () => await resolver.ResolveAsync("KEY", CacheMode.Offline))).Kind
            .ShouldBe(SecretErrorKind.Unreachable);
        _backend.Calls.ShouldBe(0);
        await resolver.ResolveAsync("KEY");
        _time.Advance(TimeSpan.FromMinutes(10));

        var kept = await resolver.ResolveAsync("KEY", CacheMode.Offline);

        (kept.Value.RevealText(), kept.IsStale, _backend.Calls).ShouldBe(("one", true, 1));
    }

    private static ResolutionPlan Plan(string name, string store) => new(name, [new SecretReference(store, new SecretAddress(name))]);

    private Resolver Resolver(CacheOptions? cache = null) =>
        new([_store], [Plan("KEY", "remote")], new ResolverOptions { Cache = cache ?? new CacheOptions() }, _time);
}
