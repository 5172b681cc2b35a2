using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>What one step of a plan came to.</summary>
public enum StepVerdict
{
    /// <summary>It gave the value.</summary>
    Answered,

    /// <summary>It failed in a way after which the plan goes on.</summary>
    FellThrough,

    /// <summary>It failed in a way that ends the search.</summary>
    Stopped,

    /// <summary>The store cannot read at all, so nothing was sent.</summary>
    Skipped,

    /// <summary>It has a value too, but an earlier step answered. Only an explanation asks that far.</summary>
    Shadowed,

    /// <summary>An earlier step ended the search. Only an explanation tells of it.</summary>
    NotReached,
}

/// <summary>One step of a search, for people: who was asked and what the answer was, never a value.</summary>
/// <param name="Reference">Store and address.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Error">The failure, when there was one.</param>
/// <param name="Source">Where the answer came from, when there was one.</param>
/// <param name="Version">The version found, where the store has versions.</param>
/// <param name="Elapsed">How long the step took; steps asked together report the time of their batch.</param>
/// <param name="SameValue">For a shadowed step, whether its value equals the one that is used.</param>
public sealed record ResolutionAttempt(
    SecretReference Reference, StepVerdict Verdict, SecretException? Error = null, AnswerSource Source = AnswerSource.Store,
    SecretVersion? Version = null, TimeSpan Elapsed = default, bool? SameValue = null);

/// <summary>Why one name has the value it has, or has none.</summary>
/// <param name="Name">The name.</param>
/// <param name="Attempts">Every step of its plan, in order.</param>
/// <param name="Origin">Who answers; null when nobody does, the default is used or the value is composed.</param>
/// <param name="UsesDefault">True when the plan's default is the value.</param>
/// <param name="Error">The failure, when the name has no value.</param>
public sealed record Explanation(
    string Name, IReadOnlyList<ResolutionAttempt> Attempts, SecretReference? Origin, bool UsesDefault, SecretException? Error)
{
    /// <summary>The secrets that the value is composed of, each once; empty when it is not composed.</summary>
    public IReadOnlyList<Explanation> Parts { get; init; } = [];
}
