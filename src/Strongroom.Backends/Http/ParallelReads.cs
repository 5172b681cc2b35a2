using System.Collections.Concurrent;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Http;

/// <summary>Reads many for vendors without a batch call: what one request brings is asked for once, and many requests are under way at once.</summary>
internal static class ParallelReads
{
    /// <summary>How many requests may be under way: 200 secrets take two round trips of time.</summary>
    public const int RequestsMax = 100;

    /// <summary>
    /// Calls <paramref name="read"/> once for each group of addresses that one request answers, and collects its outcomes. A failure
    /// that it throws is the outcome of each address of the group.
    /// </summary>
    /// <param name="addresses">What is wanted.</param>
    /// <param name="groupOf">What one request answers: for most, path and version.</param>
    /// <param name="read">Sends one request.</param>
    /// <param name="requestsMax">How many may be under way at once.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    public static async ValueTask<IReadOnlyList<ReadOutcome>> RunAsync<TGroup>(
        IReadOnlyList<SecretAddress> addresses, Func<SecretAddress, TGroup> groupOf,
        Func<TGroup, IReadOnlyList<SecretAddress>, CancellationToken, ValueTask<IReadOnlyList<ReadOutcome>>> read,
        int requestsMax, CancellationToken cancellationToken) where TGroup : notnull
    {
        var groups = addresses.GroupBy(groupOf).ToList();
        var outcomes = new ConcurrentBag<ReadOutcome>();
        await Parallel.ForEachAsync(
            groups, new ParallelOptions { MaxDegreeOfParallelism = requestsMax, CancellationToken = cancellationToken },
            async (group, token) =>
            {
                SecretAddress[] wanted = [.. group];
                try
                {
                    foreach (var outcome in await read(group.Key, wanted, token)) outcomes.Add(outcome);
                }
                catch (SecretException e)
                {
                    foreach (var address in wanted) outcomes.Add(new ReadOutcome(address, Secret: null, e));
                }
            });
        return [.. outcomes];
    }

    /// <summary>The same where each address is a request of its own.</summary>
    public static ValueTask<IReadOnlyList<ReadOutcome>> RunAsync(
        IReadOnlyList<SecretAddress> addresses, Func<SecretAddress, CancellationToken, ValueTask<StoredSecret>> read, CancellationToken cancellationToken) =>
        RunAsync(
            addresses, address => address,
            async (address, _, token) => [new ReadOutcome(address, await read(address, token), Error: null)], RequestsMax, cancellationToken);
}
