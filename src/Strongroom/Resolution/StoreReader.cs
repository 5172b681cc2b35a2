using Strongroom.Caching;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Resolution;

/// <summary>How a resolver reads one store: through its cache if it has one, else directly.</summary>
internal sealed class StoreReader
{
    private readonly StoreCache? _cache;
    private readonly TimeProvider _time;

    public StoreReader(SecretStore store, ResolverOptions options, TimeProvider time, Action superseded)
    {
        Store = store;
        _time = time;
        var cache = store.IsLocal ? null : options.Cache;
        if (options.StoreCaches is { } caches && caches.TryGetValue(store.Name, out var own)) cache = own;
        cache?.Validate();
        if (cache is not null && cache.Ttl > TimeSpan.Zero) _cache = new StoreCache(store, cache, options.Disk, time, superseded);
    }

    public SecretStore Store { get; }

    /// <summary>One answer for each address, in order. With a known <paramref name="outage"/> a store with a cache is not asked.</summary>
    public ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(
        IReadOnlyList<SecretAddress> addresses, CacheMode mode, SecretException? outage, CancellationToken cancellationToken)
    {
        if (_cache is not null) return _cache.ReadAsync(addresses, mode, outage, cancellationToken);
        if (!Store.IsLocal && (mode == CacheMode.Offline || outage is not null)) return new(NotAsked(addresses, outage));
        return ReadStoreAsync(addresses, cancellationToken);
    }

    public void Forget(string path) => _cache?.Forget(path);

    public void Forget() => _cache?.Forget();

    private async ValueTask<IReadOnlyList<StoreAnswer>> ReadStoreAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var outcomes = await Store.ReadManyAsync(addresses, cancellationToken);
        var now = _time.GetUtcNow();
        var freshness = Store.IsFixed ? Freshness.Endless : Freshness.Over;
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

    private StoreAnswer[] NotAsked(IReadOnlyList<SecretAddress> addresses, SecretException? outage)
    {
        var answers = new StoreAnswer[addresses.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new StoreAnswer
            {
                Address = addresses[i],
                Error = new SecretException(
                    outage?.Kind ?? SecretErrorKind.Unreachable, outage?.Reason ?? "was not asked for: offline, and this store has no cache",
                    Store.Name, "read", addresses[i].ToString(), outage?.Help, outage?.RetryAfter),
            };
        }
        return answers;
    }
}
