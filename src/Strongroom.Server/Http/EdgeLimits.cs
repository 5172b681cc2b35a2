using Strongroom.Server.Configuration;

namespace Strongroom.Server.Http;

/// <summary>What a request that came in through one listener may cost, and whom the listener believes.</summary>
internal sealed record EdgeLimits
{
    /// <summary>Largest body in bytes: 32 MiB, as Vault has it.</summary>
    public long RequestSizeMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long a request may take: 90 seconds, as Vault has it.</summary>
    public TimeSpan RequestDurationMax { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long its body may take to come in: 30 seconds, as Vault has it.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whose word on the client's address counts; null is nobody's.</summary>
    public ForwardedForConfiguration? ForwardedFor { get; init; }

    /// <summary>The names by which the server may be asked besides those of this machine; null lets any name pass.</summary>
    public IReadOnlyList<string>? HostNames { get; init; }

    public static EdgeLimits Of(ListenerConfiguration listener) => new()
    {
        RequestSizeMax = listener.RequestSizeMax,
        RequestDurationMax = listener.RequestDurationMax,
        ReadTimeout = listener.ReadTimeout,
        ForwardedFor = listener.ForwardedFor,
        HostNames = listener.HostNames,
    };
}
