namespace Strongroom.Caching;

/// <summary>What one call wants from the caches.</summary>
public enum CacheMode
{
    /// <summary>A fresh cached value is as good as the store's.</summary>
    Use,

    /// <summary>The store is asked; its answer replaces the cached one. A stale value is not accepted.</summary>
    Bypass,

    /// <summary>Stores behind a network are not asked; their caches answer within the age they allow. Local stores are asked as ever.</summary>
    Offline,
}
