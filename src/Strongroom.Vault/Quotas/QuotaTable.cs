using System.Text.Json.Serialization;

namespace Strongroom.Vault.Quotas;

/// <summary>What every quota says: its name and what it is about.</summary>
internal abstract record Quota
{
    public required string Name { get; init; }

    /// <summary>Mount, path below one (with a star at its end for all that begin so), or empty for everything.</summary>
    public string Path { get; set; } = "";

    /// <summary>The role, user or certificate of a login; empty for all. Only with a mount as path.</summary>
    public string Role { get; set; } = "";

    /// <summary>How close the quota is to a path and role: the closest one counts. -1 when it is not about them.</summary>
    public int RankOf(string path, string? role)
    {
        const int exact = 1_000_000;
        if (Role.Length > 0) return string.Equals(Role, role, StringComparison.OrdinalIgnoreCase) && path.StartsWith(Path, StringComparison.Ordinal) ? 2 * exact : -1;
        if (Path.Length == 0) return 0;
        if (string.Equals(Path, path, StringComparison.Ordinal)) return exact;
        if (Path[^1] == '*') return path.AsSpan().StartsWith(Path.AsSpan(0, Path.Length - 1), StringComparison.Ordinal) ? Path.Length : -1;
        return Path[^1] == '/' && path.StartsWith(Path, StringComparison.Ordinal) ? Path.Length : -1;
    }
}

/// <summary>One rate limit as stored and as <c>sys/quotas/rate-limit</c> tells it. Durations are seconds.</summary>
internal sealed record RateQuota : Quota
{
    /// <summary>Requests that a client may make in an interval.</summary>
    public required double Rate { get; init; }

    public long Interval { get; set; } = 1;

    /// <summary>How long a client that went too far is kept out; 0 waits for the next interval.</summary>
    public long BlockInterval { get; init; }
}

/// <summary>One limit of leases as stored and as <c>sys/quotas/lease-count</c> tells it.</summary>
internal sealed record LeaseQuota : Quota
{
    /// <summary>How many may be alive at once.</summary>
    public required int MaxLeases { get; init; }
}

/// <summary>How all rate limits behave.</summary>
internal sealed record QuotaSettings
{
    public static readonly string[] ExemptDefault =
        ["sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt", "sys/generate-root/update", "sys/health", "sys/seal-status", "sys/unseal"];

    /// <summary>Whether answers tell the limit and what is left of it.</summary>
    public bool ResponseHeaders { get; init; }

    /// <summary>Whether refused requests are told to the audit devices.</summary>
    public bool AuditLogging { get; init; }

    /// <summary>Paths without limit.</summary>
    public string[] ExemptPaths { get; set; } = ExemptDefault;
}

/// <summary>How quotas are stored.</summary>
internal sealed record QuotaTable
{
    public RateQuota[] Limits { get; set; } = [];

    public LeaseQuota[] LeaseLimits { get; set; } = [];

    public QuotaSettings Settings { get; set; } = new();
}

/// <summary>The stored form of <see cref="QuotaTable"/>.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuotaTable))]
internal sealed partial class QuotaJson : JsonSerializerContext;
