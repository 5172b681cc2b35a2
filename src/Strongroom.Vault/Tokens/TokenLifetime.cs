using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>How long tokens live. All in seconds; 0 is no limit.</summary>
internal static class TokenLifetime
{
    /// <summary>
    /// The token with its end moved: by the period of a periodic one, else by what is asked for (or its first time to live), and never
    /// beyond its maxima. Throws InvalidInput when it cannot be renewed.
    /// </summary>
    public static TokenEntry Renew(TokenEntry entry, long increment, long now, long defaultTtl)
    {
        if (!entry.Renewable) throw RequestFields.Invalid("lease is not renewable");
        if (entry.ExpiresAt == 0) return entry;
        var wanted = entry.Period > 0 ? entry.Period : increment > 0 ? increment : entry.CreationTtl > 0 ? entry.CreationTtl : defaultTtl;
        var end = now + wanted;
        if (entry.ExplicitMaxTtl > 0) end = Math.Min(end, entry.CreatedAt + entry.ExplicitMaxTtl);
        if (entry.Period == 0 && entry.MaxTtl > 0) end = Math.Min(end, entry.CreatedAt + entry.MaxTtl);
        return entry with { ExpiresAt = Math.Max(end, now), RenewedAt = now };
    }

    /// <summary>The shorter of two durations, where 0 is no limit.</summary>
    public static long Shorter(long a, long b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);
}
