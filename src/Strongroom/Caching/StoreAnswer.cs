using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Caching;

/// <summary>What a store, or the cache in front of it, says to one address: a value or an error, and how long that holds.</summary>
internal sealed class StoreAnswer
{
    public required SecretAddress Address { get; init; }

    public StoredSecret? Secret { get; init; }

    public SecretException? Error { get; init; }

    public AnswerSource Source { get; init; }

    public DateTimeOffset FetchedAt { get; init; }

    public SecretException? StaleBecause { get; init; }

    /// <summary>How long a caller may keep this answer without asking again. Over, unless a cache or a fixed store vouches for it.</summary>
    public Freshness Freshness { get; init; }
}
