using Strongroom.Cli.Project;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Waits for what stores tell by themselves, as Kubernetes does.</summary>
internal static class StoreNews
{
    /// <summary>How long a store that could not be watched is left alone.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Completes when a store tells that something of this run may have changed, and after a rest when one cannot be watched any more;
    /// never when no store tells. Offline, none is asked.
    /// </summary>
    public static async Task WaitAsync(RunOptions options, Session session, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await await Task.WhenAny(Watches(options, session, ended.Token));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Rest, session.Time, cancellationToken);
        }
        finally
        {
            // The other stores are watched anew with the next call.
            await ended.CancelAsync();
        }
    }

    private static List<Task> Watches(RunOptions options, Session session, CancellationToken cancellationToken)
    {
        var addresses = new Dictionary<string, List<SecretAddress>>();
        foreach (var environment in Selection.Environments(options.Environments))
        {
            foreach (var secret in session.Plan(environment).Secrets)
            {
                foreach (var step in secret.Steps)
                {
                    if (!addresses.TryGetValue(step.Store, out var ofStore)) addresses.Add(step.Store, ofStore = []);
                    ofStore.Add(step.Address);
                }
            }
        }
        var watches = new List<Task> { Task.Delay(Timeout.InfiniteTimeSpan, session.Time, cancellationToken) };
        if (options.Offline) return watches;
        foreach (var (store, ofStore) in addresses) watches.Add(session.Store(store).WaitForChangeAsync(ofStore, cancellationToken));
        return watches;
    }
}
