using Strongroom.Caching;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Waits until the secrets of a running program are no longer what it was started with.</summary>
/// <param name="resolve">
/// Resolves them anew, past the caches when told so; null when a store could not answer, and then the program keeps what it has.
/// </param>
/// <param name="wait">Completes when a store tells that something changed; never where none tells.</param>
/// <param name="time">The clock to wait by.</param>
internal sealed class SecretChanges(
    Func<CacheMode, CancellationToken, Task<IReadOnlyList<KeyValuePair<string, SecretValue>>?>> resolve, Func<CancellationToken, Task> wait, TimeProvider time)
{
    /// <summary>How often the stores are asked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public TimeProvider Time { get; } = time;

    /// <summary>Completes with the new secrets once they differ from <paramref name="current"/>.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, SecretValue>>> WaitAsync(
        IReadOnlyList<KeyValuePair<string, SecretValue>> current, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var told = wait(ended.Token);
            // What changed before somebody watched is seen by asking the stores once.
            var mode = CacheMode.Bypass;
            while (true)
            {
                if (await resolve(mode, cancellationToken) is { } fresh && Differ(current, fresh)) return fresh;
                await Task.WhenAny(Task.Delay(Interval, Time, ended.Token), told);
                cancellationToken.ThrowIfCancellationRequested();
                mode = told.IsCompleted ? CacheMode.Bypass : CacheMode.Use;
                if (told.IsCompleted) told = wait(ended.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static bool Differ(
        IReadOnlyList<KeyValuePair<string, SecretValue>> a, IReadOnlyList<KeyValuePair<string, SecretValue>> b)
    {
        if (a.Count != b.Count) return true;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].Key != b[i].Key || !a[i].Value.Equals(b[i].Value)) return true;
        }
        return false;
    }
}
