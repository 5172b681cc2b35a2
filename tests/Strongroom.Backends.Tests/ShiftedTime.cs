namespace Strongroom.Backends.Tests;

/// <summary>The real clock, set off by some amount that a test may change; timers run as they do.</summary>
public sealed class ShiftedTime(TimeSpan shift = default) : TimeProvider
{
    /// <summary>How far it is ahead of the real one.</summary>
    public TimeSpan Shift { get; set; } = shift;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Shift;
}
