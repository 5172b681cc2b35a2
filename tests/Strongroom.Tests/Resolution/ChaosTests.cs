using Shouldly;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Resolution;

/// <summary>
/// Invariants of resolver, cache and resilience together, over a store that misbehaves by a seed. Time is exact, and what can go
/// on at the same time does so in an order that the seed decides, so that every failure can be seen again.
/// </summary>
public sealed class ChaosTests
{
    private static readonly CacheOptions Cache = new()
    {
        Ttl = TimeSpan.FromMinutes(1),
        StaleMax = TimeSpan.FromMinutes(10),
        StaleRecheck = TimeSpan.FromSeconds(5),
    };

    private static readonly StoreResilienceOptions Limits = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Answers_are_right_young_enough_and_in_time(int seed)
    {
        var run = new Run(seed, Cache);
        for (var step = 0; step < 100; step++)
        {
            if (step % 10 == 0) run.Chaos.Wildness = run.Random.NextDouble() * 1.5;
            var (startedAt, sent) = (run.Now, run.Chaos.Calls.Count);
            var name = run.Names[run.Random.Next(run.Names.Length)];
            try
            {
                using var secret = await run.ResolveAsync(name);
                var (path, at) = ChaosBackend.Parse(secret.Value.RevealText());

                path.ShouldBe(name, "never a wrong value");
                secret.FetchedAt.ShouldBeLessThanOrEqualTo(at, "the age told is never too low");
                if (secret.IsStale) (run.Now - secret.FetchedAt).ShouldBeLessThan(Cache.StaleMax, "never past the ceiling");
                else (secret.FetchedAt >= startedAt || run.Now - secret.FetchedAt < Cache.Ttl).ShouldBeTrue("a value past its time says so");
            }
            catch (SecretException e)
            {
                e.Kind.ShouldBeOneOf(SecretErrorKind.Unreachable, SecretErrorKind.Throttled, SecretErrorKind.Malformed, SecretErrorKind.Sealed);
            }
            (run.Now - startedAt).ShouldBeLessThanOrEqualTo(Limits.TotalTimeout, "bounded time");
            CheckRetries([.. run.Chaos.Calls.Skip(sent)]);
            run.Time.Advance(TimeSpan.FromSeconds(run.Random.Next(0, 90)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Callers_at_the_same_time_share_one_call_for_each_name(int seed)
    {
        var run = new Run(seed, Cache);
        run.Chaos.Wildness = 0.3;
        for (var step = 0; step < 10; step++)
        {
            var name = run.Names[0];
            var sent = run.Chaos.Calls.Count;
            var answers = await run.AnswerAsync(Enumerable.Repeat(name, 20));

            answers.Distinct().Count().ShouldBe(1);
            CheckRetries([.. run.Chaos.Calls.Skip(sent)]);
            run.Time.Advance(TimeSpan.FromMinutes(2));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Refusal_never_falls_back_to_another_store_or_a_kept_value(int seed)
    {
        var run = new Run(seed, Cache, fallback: new ScriptedBackend().Answers("fallback@2026-01-01"));
        run.Chaos.Wildness = 0;
        foreach (var name in run.Names) await run.ResolveAsync(name);
        run.Time.Advance(Cache.Ttl);
        run.Chaos.AlwaysFails = SecretErrorKind.Denied;
        foreach (var name in run.Names)
            (await Should.ThrowAsync<SecretException>(() => run.ResolveAsync(name))).Kind.ShouldBe(SecretErrorKind.Denied);
        run.Chaos.AlwaysFails = null;
        run.Chaos.Wildness = 1;
        foreach (var name in run.Names)
        {
            try
            {
                using var secret = await run.ResolveAsync(name);
                secret.Origin!.Store.ShouldBe("fallback", "what was refused is not kept");
                ChaosBackend.Parse(secret.Value.RevealText()).Path.ShouldBe("fallback");
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
        var run = new Run(seed, Cache);
        for (var step = 0; step < 10; step++)
        {
            run.Chaos.Wildness = run.Random.NextDouble() / 2;
            var startedAt = run.Now;
            using var report = await run.Time.RunAsync(() => run.Resolver.ResolveAllAsync().AsTask());

            (report.Secrets.Count + report.Failures.Count).ShouldBe(run.Names.Length);
            foreach (var secret in report.Secrets) ChaosBackend.Parse(secret.Value.RevealText()).Path.ShouldBe(secret.Name);
            (run.Now - startedAt).ShouldBeLessThanOrEqualTo(Limits.TotalTimeout);
            run.Time.Advance(TimeSpan.FromSeconds(run.Random.Next(0, 90)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Breaker_leaves_a_failing_store_alone_and_then_lets_one_call_try(int seed)
    {
        var run = new Run(seed, CacheOptions.Off);
        run.Chaos.AlwaysFails = SecretErrorKind.Unreachable;
        while (!(await run.AnswerAsync("A"))[0].Contains("left alone", StringComparison.Ordinal)) run.Chaos.Calls.Count.ShouldBeLessThan(50);
        await CheckIsOpenAsync(run);

        await run.AnswerAsync(run.Names);
        await CheckIsOpenAsync(run);

        run.Chaos.AlwaysFails = null;
        run.Chaos.Wildness = 0;
        var sent = run.Chaos.Calls.Count;
        (await run.AnswerAsync(run.Names)).Count(answer => answer.Contains('@', StringComparison.Ordinal)).ShouldBe(1, "one call tries");
        run.Chaos.Calls.Count.ShouldBe(sent + 1);
        (await run.AnswerAsync(run.Names)).ShouldAllBe(answer => answer.Contains('@', StringComparison.Ordinal), "after which the store is used again");
    }

    /// <summary>Goes to the moment at which the store may be tried again; until then nothing may be sent.</summary>
    private static async Task CheckIsOpenAsync(Run run)
    {
        var sent = run.Chaos.Calls.Count;
        var until = run.Chaos.Calls[^1].EndedAt!.Value + Limits.BreakDuration;
        while (run.Now < until)
        {
            (await run.AnswerAsync(run.Names)).ShouldAllBe(answer => answer.Contains("left alone", StringComparison.Ordinal));
            run.Chaos.Calls.Count.ShouldBe(sent);
            var left = until - run.Now;
            var step = TimeSpan.FromMilliseconds(run.Random.Next(1, 6000));
            run.Time.Advance(step < left ? step : left);
        }
    }

    /// <summary>One after the other, no more than allowed, and not before the time the store asked for.</summary>
    private static void CheckRetries(IReadOnlyList<ChaosCall> calls)
    {
        calls.Count.ShouldBeLessThanOrEqualTo(1 + Limits.RetriesMax);
        for (var i = 1; i < calls.Count; i++)
        {
            var before = calls[i - 1];
            (before.EndedAt + (before.RetryAfter ?? TimeSpan.Zero)).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(calls[i].StartedAt);
            (before.RetryAfter ?? TimeSpan.Zero).ShouldBeLessThanOrEqualTo(Limits.RetryAfterMax, "who asks for more is not asked again");
        }
    }

    private sealed class Run
    {
        public Run(int seed, CacheOptions cache, SecretBackend? fallback = null)
        {
            Random = new Random(seed);
            Time = new FakeTime(order: Random);
            Chaos = new ChaosBackend(seed, Time);
            var options = new StoreOptions { Randomizer = Random.NextDouble, Resilience = Limits };
            List<SecretStore> stores = [new("chaos", Chaos, options, Time)];
            if (fallback is not null) stores.Add(new SecretStore("fallback", fallback, options, Time));
            Resolver = new Resolver(
                stores,
                [.. Names.Select(n => new ResolutionPlan(n, [.. stores.Select(s => new SecretReference(s.Name, new SecretAddress(n)))]))],
                new ResolverOptions { Cache = cache }, Time);
        }

        public string[] Names { get; } = ["A", "B", "C", "D", "E"];

        public Random Random { get; }

        public FakeTime Time { get; }

        public ChaosBackend Chaos { get; }

        public Resolver Resolver { get; }

        public DateTimeOffset Now => Time.GetUtcNow();

        public Task<ResolvedSecret> ResolveAsync(string name) => Time.RunAsync(() => Resolver.ResolveAsync(name).AsTask());

        /// <summary>What callers get who ask at the same time: the value, or the message of the failure.</summary>
        public Task<string[]> AnswerAsync(params IEnumerable<string> names) => Time.RunAsync(() => Task.WhenAll(names.Select(AnswerOneAsync)));

        private async Task<string> AnswerOneAsync(string name)
        {
            try
            {
                using var secret = await Resolver.ResolveAsync(name);
                return secret.Value.RevealText();
            }
            catch (SecretException e)
            {
                return e.Message;
            }
        }
    }
}
