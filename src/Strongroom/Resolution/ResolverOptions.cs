using Strongroom.Caching;

namespace Strongroom.Resolution;

/// <summary>How a resolver works.</summary>
public sealed record ResolverOptions
{
    /// <summary>The cache in front of every store behind a network. Local stores have none unless <see cref="StoreCaches"/> gives them one.</summary>
    public CacheOptions Cache { get; init; } = new();

    /// <summary>Other cache settings for single stores, by name; also the way to give a local store a cache.</summary>
    public IReadOnlyDictionary<string, CacheOptions>? StoreCaches { get; init; }

    /// <summary>
    /// The encrypted cache on disk for the stores that have a cache; null, the default, keeps nothing on disk. It is read only
    /// when a store cannot be reached, or offline.
    /// </summary>
    public DiskCache? Disk { get; init; }
}
