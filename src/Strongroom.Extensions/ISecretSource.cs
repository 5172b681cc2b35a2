using Strongroom.Caching;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Extensions;

/// <summary>
/// Gives secrets to code that wants them at the time of use and not at the start: each call may get a newer value. From the cache
/// it answers at once. Safe for many callers at once.
/// </summary>
public interface ISecretSource
{
    /// <summary>The names that the manifest declares for this program, in its order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The value of a name, or of a full reference such as <c>vault://prod/db#password</c>. Dispose it after use.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    ValueTask<ResolvedSecret> ResolveAsync(string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default);

    /// <summary>The values of many names, each store asked once; failures stand in the report. Null for everything declared.</summary>
    ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default);
}

/// <summary>Short forms of <see cref="ISecretSource"/>.</summary>
public static class SecretSourceExtensions
{
    /// <summary>The value of a name or reference. The caller owns it.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public static async ValueTask<SecretValue> GetAsync(this ISecretSource source, string name, CancellationToken cancellationToken = default) =>
        (await source.ResolveAsync(name, CacheMode.Use, cancellationToken)).Value;

    /// <summary>The value as text, which stays in memory until it is collected. For libraries that take nothing else.</summary>
    /// <exception cref="SecretException">With the kind of the failure; Malformed when it is no text.</exception>
    public static async ValueTask<string> GetTextAsync(this ISecretSource source, string name, CancellationToken cancellationToken = default)
    {
        using var secret = await source.ResolveAsync(name, CacheMode.Use, cancellationToken);
        return secret.Value.RevealText();
    }
}
