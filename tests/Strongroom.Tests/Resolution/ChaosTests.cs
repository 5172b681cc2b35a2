using Shouldly;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Resolution;

/// <summary>Invariants of resolver, cache and resilience together, over a store that misbehaves by a seed.</summary>
public sealed class ChaosTests
{
    private static readonly CacheOptions Cache = new()
    {
        Ttl = TimeSpan.FromMinutes(1), StaleMax = TimeSpan.FromMinutes(10), StaleRecheck = TimeSpan.FromSeconds(5),
    };

    private static readonly TimeSpan TotalTimeout = new StoreResilienceOptions().TotalTimeout;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Answers_are_right_young_enough_and_in_time(int seed)
    {
        var run = new Run(seed);
        for (var step = 0; step < 60; step++)
        {
            run.Chaos.Wildness = run.Random.NextDouble();
            var name = run.Names[run.Random.Next(run.Names.Length)];
            var startedAt = run.Time.GetUtcNow();
            try
            {
                using var secret = await run.Time.RunAsync(run.Resolver.ResolveAsync(name).AsTask());

                var (path, at) = ChaosBackend.Parse(secret.Value.RevealText());
                path.ShouldBe(name, "never a wrong value");
                var age = run.Time.GetUtcNow() - at;
                // What is given out at the end of a call may have aged while others were asked.
                age.ShouldBeLessThanOrEqualTo((secret.IsStale ? Cache.StaleMax : Cache.Ttl) + TotalTimeout);
                (at >= secret.FetchedAt).ShouldBeTrue("the age told is never too low");
                if (startedAt - at > Cache.Ttl) secret.IsStale.ShouldBeTrue("a value past its time says so");
                if (startedAt - at >= Cache.StaleMax) throw new ShouldAssertException("past the ceiling");
            }
            catch (SecretException e)
            {
                e.Kind.ShouldBeOneOf(SecretErrorKind.Unreachable, SecretErrorKind.Throttled, SecretErrorKind.Malformed, SecretErrorKind.Sealed);
            }
            (run.Time.GetUtcNow() - startedAt).ShouldBeLessThanOrEqualTo(TotalTimeout, "bounded time");
            run.Time.Advance(TimeSpan.FromSeconds(run.Random.Next(0, 90)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Callers_at_the_same_time_share_one_call_for_each_name(int seed)
    {
        var run = new Run(seed);
        run.Chaos.Wildness = 0.3;
        for (var step = 0; step < 10; step++)
        {
            var name = run.Names[0];
            var calls = Enumerable.Range(0, 20).Select(_ => run.Resolver.ResolveAsync(name).AsTask()).ToList();
            await run.Time.RunAsync(Task.WhenAll(calls.Select(c => c.ContinueWith(_ => 0, TaskScheduler.Default))));

            calls.Select(c => c.Exception?.InnerException?.Message ?? c.Result.Value.RevealText()).Distinct().Count().ShouldBe(1);
            run.Time.Advance(TimeSpan.FromMinutes(2));
        }
        run.Chaos.ConcurrentMax.ShouldBe(1, "single flight");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Denied_never_falls_back_to_another_store_or_a_kept_value(int seed)
    {
        var run = new Run(seed, fallback: new ScriptedBackend().Answers("fallback@2026-01-01"));
        run.Chaos.Wildness = 0;
        foreach (var name in run.Names) await run.Time.RunAsync(run.Resolver.ResolveAsync(name).AsTask());
        run.Time.Advance(Cache.Ttl);
        run.Chaos.Denies = true;
        foreach (var name in run.Names)
        {
            var error = await Should.ThrowAsync<SecretException>(() => run.Time.RunAsync(run.Resolver.ResolveAsync(name).AsTask()));
            error.Kind.ShouldBe(SecretErrorKind.Denied);
        }
        run.Chaos.Denies = false;
        run.Chaos.Wildness = 1;
        foreach (var name in run.Names)
        {
            try
            {
                using var secret = await run.Time.RunAsync(run.Resolver.ResolveAsync(name).AsTask());
                secret.Origin!.Store.ShouldBe(ChaosBackend.Parse(secret.Value.RevealText()).Path == name ? "chaos" : "fallback");
                (secret.Origin.Store == "chaos" && secret.IsStale).ShouldBeFalse("what was refused is not kept");
            }
            catch (SecretException e)
            {
                e.Kind.ShouldBeOneOf(SecretErrorKind.Malformed, SecretErrorKind.Sealed);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Batches_report_every_name_in_time(int seed)
    {
        var run = new Run(seed);
        for (var step = 0; step < 10; step++)
        {
            run.Chaos.Wildness = run.Random.NextDouble() / 2;
            var startedAt = run.Time.GetUtcNow();
            using var report = await run.Time.RunAsync(run.Resolver.ResolveAllAsync().AsTask());

            (report.Secrets.Count + report.Failures.Count).ShouldBe(run.Names.Length);
            foreach (var secret in report.Secrets) ChaosBackend.Parse(secret.Value.RevealText()).Path.ShouldBe(secret.Name);
            (run.Time.GetUtcNow() - startedAt).ShouldBeLessThanOrEqualTo(TotalTimeout);
            run.Time.Advance(TimeSpan.FromSeconds(run.Random.Next(0, 90)));
        }
    }

    private sealed class Run
    {
        public Run(int seed, SecretBackend? fallback = null)
        {
            Random = new Random(seed);
            Chaos = new ChaosBackend(seed, Time);
            var options = new StoreOptions { Randomizer = Random.NextDouble };
            List<SecretStore> stores = [new("chaos", Chaos, options, Time)];
            if (fallback is not null) stores.Add(new SecretStore("fallback", fallback, options, Time));
            Resolver = new Resolver(
                stores,
                [.. Names.Select(n => new ResolutionPlan(n, [.. stores.Select(s => new SecretReference(s.Name, new SecretAddress(n)))]))],
                new ResolverOptions { Cache = Cache }, Time);
        }

        public FakeTime Time { get; } = new();

        public string[] Names { get; } = ["A", "B", "C", "D", "E"];

        public Random Random { get; }

        public ChaosBackend Chaos { get; }

        public Resolver Resolver { get; }
    }
}
