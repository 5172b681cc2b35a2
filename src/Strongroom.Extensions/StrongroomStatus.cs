using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Extensions;

/// <summary>What became of one name at the last look. Never a value.</summary>
/// <param name="Name">The name in the manifest.</param>
/// <param name="Key">Its configuration key.</param>
/// <param name="Origin">Store and address that answered; null when none did, or for a default or composed value.</param>
/// <param name="Version">The version, where the store has versions.</param>
/// <param name="FetchedAt">When the store was asked for the value in use; null when there is no value.</param>
/// <param name="Error">Why the last look brought none, or only a stale one; null when it did.</param>
public sealed record SecretState(string Name, string Key, SecretReference? Origin, SecretVersion? Version, DateTimeOffset? FetchedAt, SecretException? Error)
{
    /// <summary>True when the program has a value, if an old one.</summary>
    public bool HasValue => FetchedAt is not null;
}

/// <summary>How the secrets of the program stand; replaced whole at each look.</summary>
/// <param name="CheckedAt">When the stores were last asked.</param>
/// <param name="Secrets">Every name, in the order of the manifest.</param>
public sealed record StrongroomStatus(DateTimeOffset CheckedAt, IReadOnlyList<SecretState> Secrets)
{
    /// <summary>The names whose last look failed: they have the last known value, or none.</summary>
    public IEnumerable<SecretState> Failures => Secrets.Where(secret => secret.Error is not null);

    internal static SecretState Of(ResolvedSecret secret, string key) =>
        new(secret.Name, key, secret.Origin, secret.Version, secret.FetchedAt, secret.StaleBecause);
}
