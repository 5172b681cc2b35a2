using Strongroom.Caching;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Resolution;

/// <summary>How a resolver reads one store: through its cache if it has one, else directly.</summary>
internal sealed class StoreReader(SecretStore store, TimeProvider time)
{
    public SecretStore Store => store;

    /// <summary>One answer for each address, in order. With a known <paramref name="outage"/> a store behind a network is not asked.</summary>
    public async ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(
        IReadOnlyList<SecretAddress> addresses, CacheMode mode, SecretException? outage, CancellationToken cancellationToken)
    {
        var outcomes = await store.ReadManyAsync(addresses, cancellationToken);
        var now = time.GetUtcNow();
        var freshness = store.IsFixed ? Freshness.Endless : Freshness.Over;
        var answers = new StoreAnswer[outcomes.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var outcome = outcomes[i];
            answers[i] = new StoreAnswer
            {
                Address = outcome.Address,
                Secret = outcome.Secret,
                Error = outcome.Error,
                FetchedAt = now,
                Freshness = freshness,
            };
        }
        return answers;
    }
}
