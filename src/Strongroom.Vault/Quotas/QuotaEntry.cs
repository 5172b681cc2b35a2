using System.Text.Json.Serialization;

namespace Strongroom.Vault.Quotas;

/// <summary>One rate limit as stored and as <c>sys/quotas/rate-limit</c> tells it. Durations are seconds.</summary>
internal sealed record QuotaEntry
{
    public required string Name { get; init; }

    /// <summary>Mount, path below one (with a star at its end for all that begin so), or empty for everything.</summary>
    public string Path { get; init; } = "";

    /// <summary>Requests that a client may make in an interval.</summary>
    public required double Rate { get; init; }

    public long Interval { get; init; } = 1;

    /// <summary>How long a client that went too far is kept out; 0 waits for the next interval.</summary>
    public long BlockInterval { get; init; }
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
    public string[] ExemptPaths { get; init; } = ExemptDefault;
}

/// <summary>How rate limits are stored.</summary>
internal sealed record QuotaTable
{
    public QuotaEntry[] Limits { get; init; } = [];

    public QuotaSettings Settings { get; init; } = new();
}

/// <summary>The stored form of <see cref="QuotaTable"/>.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuotaTable))]
internal sealed partial class QuotaJson : JsonSerializerContext;
