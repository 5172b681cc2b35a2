namespace Strongroom.Stores;

/// <summary>How a store is run.</summary>
public sealed record StoreOptions
{
    /// <summary>Treatment of a store behind a network. A local backend ignores it.</summary>
    public StoreResilienceOptions Resilience { get; init; } = new();

    /// <summary>
    /// What tells this store from another of the same name in an encrypted disk cache: a word made from its settings, never from
    /// a secret. A value cached under one identity is never given out under another. By default what the backend says.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>
    /// Whether calls are traced (source <c>Strongroom</c>, names only); null, the default, traces the stores behind a network.
    /// A local store answers in microseconds, and the tracing library would cost a command more time than its work.
    /// </summary>
    public bool? Traces { get; init; }

    /// <summary>Gives numbers from 0 up to 1 for the jitter of retries.</summary>
    public Func<double> Randomizer { get; init; } = Random.Shared.NextDouble;
}
