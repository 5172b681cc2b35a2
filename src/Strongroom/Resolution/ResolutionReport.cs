using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>A name that has no value, and why.</summary>
/// <param name="Name">The name.</param>
/// <param name="Required">Whether the application cannot do without it.</param>
/// <param name="Error">The failure that decided.</param>
/// <param name="Attempts">What each step answered.</param>
public sealed record ResolutionFailure(
    string Name, bool Required, SecretException Error, IReadOnlyList<ResolutionAttempt> Attempts)
{
    /// <summary>
    /// True when the caller should not go on: the secret is required, or a store refused it or gave something damaged. An
    /// optional secret that is not there, or whose stores are out of reach, blocks nothing.
    /// </summary>
    public bool IsBlocking => Required
        || Error.Kind is not (SecretErrorKind.NotFound or SecretErrorKind.Unreachable or SecretErrorKind.Throttled);
}

/// <summary>The outcome of resolving many names. Disposing it disposes the values.</summary>
/// <param name="Secrets">The names that have a value, in the order asked.</param>
/// <param name="Failures">The names that have none, in the order asked.</param>
public sealed record ResolutionReport(IReadOnlyList<ResolvedSecret> Secrets, IReadOnlyList<ResolutionFailure> Failures) : IDisposable
{
    /// <summary>Throws one error that tells of every blocking failure; does nothing when there is none.</summary>
    /// <exception cref="SecretException">With the kind of the first blocking failure.</exception>
    public void ThrowIfBlocked()
    {
        ResolutionFailure? first = null;
        var count = 0;
        var lines = "";
        foreach (var failure in Failures)
        {
            if (!failure.IsBlocking) continue;
            first ??= failure;
            count++;
            lines += $"\n  {failure.Name}: {failure.Error.Message}";
        }
        if (first is null) return;
        if (count == 1) throw first.Error;
        throw new SecretException(first.Error.Kind, $"{count} secrets have no value:{lines}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var secret in Secrets) secret.Dispose();
    }
}
