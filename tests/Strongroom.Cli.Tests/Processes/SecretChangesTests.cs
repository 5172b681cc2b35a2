using Shouldly;
using Strongroom.Caching;
using Strongroom.Cli.Run;
using Strongroom.Secrets;

namespace Strongroom.Cli.Tests.Processes;

public sealed class SecretChangesTests
{
    [Fact]
    public async Task Wait_asks_past_the_caches_first_and_whenever_a_store_tells_of_a_change()
    {
        var asked = new List<CacheMode>();
        var news = new List<TaskCompletionSource>();
        var changes = new SecretChanges(
            (mode, _) =>
            {
                asked.Add(mode);
                if (asked.Count == 3) news[0].SetResult();
                return Task.FromResult<IReadOnlyList<KeyValuePair<string, SecretValue>>?>(asked.Count switch { 2 => null, 5 => Secrets("new"), _ => Secrets("old") });
            },
            _ =>
            {
                news.Add(new TaskCompletionSource());
                return news[^1].Task;
            },
            new InstantTime());

        var fresh = await changes.WaitAsync(Secrets("old"), CancellationToken.None);

        fresh[0].Value.RevealText().ShouldBe("new");
        asked.ShouldBe([CacheMode.Bypass, CacheMode.Use, CacheMode.Use, CacheMode.Bypass, CacheMode.Use]);
        news.Count.ShouldBe(2, "it is waited for again");
    }

    private static List<KeyValuePair<string, SecretValue>> Secrets(string value) => [new("NAME", SecretValue.FromText(value))];

    /// <summary>Every wait is over at once.</summary>
    private sealed class InstantTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
