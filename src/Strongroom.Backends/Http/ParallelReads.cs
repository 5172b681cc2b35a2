using System.Collections.Concurrent;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Http;

/// <summary>Reads many for vendors without a batch call: what one request brings is asked for once, and many requests are under way at once.</summary>
internal static class ParallelReads
{
    /// <summary>How many requests may be under way: 200 secrets take two round trips of time.</summary>
    private const int RequestsMax = 100;

    /// <summary>
    /// Calls <paramref name="read"/> once for each group of addresses that one request answers, and collects its outcomes. A failure
    /// that it throws is the outcome of each address of the group.
    /// </summary>
    /// <param name="addresses">What is wanted.</param>
    /// <param name="groupOf">The same for all that one request answers.</param>
    /// <param name="read">Sends one request.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    public static async ValueTask<IReadOnlyList<ReadOutcome>> RunAsync(
        IReadOnlyList<SecretAddress> addresses, Func<SecretAddress, SecretAddress> groupOf,
        Func<SecretAddress, IReadOnlyList<SecretAddress>, CancellationToken, ValueTask<IReadOnlyList<ReadOutcome>>> read,
        CancellationToken cancellationToken)
    {
        var groups = new Dictionary<SecretAddress, List<SecretAddress>>();
        foreach (var address in addresses)
        {
            var group = groupOf(address);
            if (groups.TryGetValue(group, out var same)) same.Add(address);
            else groups.Add(group, [address]);
        }
        // The usual case of a start, which need not load what runs many at once.
        if (groups.Count == 1) return await TryAsync(groupOf(addresses[0]), addresses, read, cancellationToken);

        var outcomes = new ConcurrentBag<ReadOutcome>();
        await Parallel.ForEachAsync(
            groups, new ParallelOptions { MaxDegreeOfParallelism = RequestsMax, CancellationToken = cancellationToken },
            async (group, token) =>
            {
                foreach (var outcome in await TryAsync(group.Key, group.Value, read, token)) outcomes.Add(outcome);
            });
        return [.. outcomes];
    }

    /// <summary>The same where one request brings an object with all its fields, at one version.</summary>
    public static ValueTask<IReadOnlyList<ReadOutcome>> ByObjectAsync(
        IReadOnlyList<SecretAddress> addresses, Func<SecretAddress, IReadOnlyList<SecretAddress>, CancellationToken, ValueTask<IReadOnlyList<ReadOutcome>>> read,
        CancellationToken cancellationToken) =>
        RunAsync(addresses, static address => address with { Field = null }, read, cancellationToken);

    private static async ValueTask<IReadOnlyList<ReadOutcome>> TryAsync(
        SecretAddress group, IReadOnlyList<SecretAddress> wanted,
        Func<SecretAddress, IReadOnlyList<SecretAddress>, CancellationToken, ValueTask<IReadOnlyList<ReadOutcome>>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read(group, wanted, cancellationToken);
        }
        catch (SecretException e)
        {
            var outcomes = new ReadOutcome[wanted.Count];
            for (var i = 0; i < outcomes.Length; i++) outcomes[i] = new ReadOutcome(wanted[i], Secret: null, e);
            return outcomes;
        }
    }
}
