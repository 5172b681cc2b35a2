namespace Strongroom.Server.Http;

/// <summary>What one request may cost.</summary>
internal sealed record EdgeLimits
{
    /// <summary>Largest body in bytes: 32 MiB, as Vault has it.</summary>
    public long RequestSizeMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long a request may take: 90 seconds, as Vault has it.</summary>
    public TimeSpan RequestDurationMax { get; init; } = TimeSpan.FromSeconds(90);
}
