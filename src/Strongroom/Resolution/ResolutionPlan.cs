using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>Where one name is looked for: the ordered steps, and what makes the search go on.</summary>
/// <param name="Name">The name that the application uses.</param>
/// <param name="Steps">Store and address of each step, in order. The first value wins.</param>
public sealed record ResolutionPlan(string Name, IReadOnlyList<SecretReference> Steps)
{
    /// <summary>Whether the application cannot do without it; true by default.</summary>
    public bool Required { get; init; } = true;

    /// <summary>On which failures of a step the next one is asked; all that are allowed, by default.</summary>
    public FallThrough FallThrough { get; init; } = FallThrough.NotFound | FallThrough.Unreachable | FallThrough.Throttled;

    /// <summary>
    /// The value when every store answered and none knows the secret. It does not stand in for a store that failed: that
    /// would start an application on a default while its real setting is out of reach.
    /// </summary>
    public SecretValue? Default { get; init; }
}

/// <summary>
/// The failures after which a chain may go on. There is no way to go on after a refusal or a damaged answer: it would hide a
/// missing permission, or hand out another value than the one meant.
/// </summary>
[Flags]
public enum FallThrough
{
    /// <summary>The first step decides.</summary>
    None = 0,

    /// <summary>Go on when the store answered and knows no such secret.</summary>
    NotFound = 1 << 0,

    /// <summary>Go on when the store gave no answer.</summary>
    Unreachable = 1 << 1,

    /// <summary>Go on when the store asked to slow down.</summary>
    Throttled = 1 << 2,
}
