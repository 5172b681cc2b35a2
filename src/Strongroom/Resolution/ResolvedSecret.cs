using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>Where an answer came from.</summary>
public enum AnswerSource
{
    /// <summary>The store was asked for it.</summary>
    Store,

    /// <summary>It was in memory.</summary>
    MemoryCache,

    /// <summary>It was in the encrypted cache on disk.</summary>
    DiskCache,

    /// <summary>No store knows it; the plan has a default.</summary>
    Default,

    /// <summary>Put together from other secrets by a template of the manifest.</summary>
    Composed,
}

/// <summary>
/// One resolved secret and how it was found. The receiver may dispose it in any case; a value that a cache still holds stays.
/// </summary>
public sealed class ResolvedSecret : IDisposable
{
    /// <summary>The name that was asked for.</summary>
    public required string Name { get; init; }

    /// <summary>The value.</summary>
    public required SecretValue Value { get; init; }

    /// <summary>The store and address that answered; null for a default and for a composed value.</summary>
    public required SecretReference? Origin { get; init; }

    /// <summary>Where the answer came from.</summary>
    public required AnswerSource Source { get; init; }

    /// <summary>When the store was asked for this value; for a composed one, for its oldest part.</summary>
    public required DateTimeOffset FetchedAt { get; init; }

    /// <summary>The version, where the store has versions.</summary>
    public SecretVersion? Version { get; init; }

    /// <summary>When this version was written, where the store tells.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>True when the value is past its time and is given out because the store cannot be asked; see <see cref="StaleBecause"/>.</summary>
    public bool IsStale => StaleBecause is not null;

    /// <summary>Why a stale value is given out instead of a fresh one.</summary>
    public SecretException? StaleBecause { get; init; }

    /// <summary>What each step answered on the way here, the answering one last.</summary>
    public required IReadOnlyList<ResolutionAttempt> Attempts { get; init; }

    /// <summary>How long ago the store was asked; never negative.</summary>
    public TimeSpan AgeAt(DateTimeOffset now) => now > FetchedAt ? now - FetchedAt : TimeSpan.Zero;

    /// <summary>Name and origin, never the value.</summary>
    public override string ToString() => Origin is null ? $"{Name} ({(Source == AnswerSource.Composed ? "composed" : "default")})" : $"{Name} from {Origin}";

    /// <inheritdoc/>
    public void Dispose() => Value.Dispose();
}
