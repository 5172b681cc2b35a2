namespace Strongroom.Vault.Served;

/// <summary>
/// What the server tells about itself: names of loggers and their levels, where the lines go, and who follows them through <c>sys/monitor</c>.
/// Lines carry names and never values. Safe for concurrent use.
/// </summary>
public sealed class VaultLog(TimeProvider time)
{
    /// <summary>The vault: made, unsealed, sealed, mounts, attempts with unseal keys.</summary>
    public const string Core = "core";

    /// <summary>What ends by itself.</summary>
    public const string Leases = "leases";

    /// <summary>The most that follow at once.</summary>
    public const int MonitorsMax = 16;

    private readonly Lock _gate = new();
    private readonly VaultLogLevel[] _levels = [.. Names.Select(_ => VaultLogLevel.Info)];
    private VaultLogLevel _configured = VaultLogLevel.Info;
    private volatile LogMonitor[] _monitors = [];

    /// <summary>All loggers: those of the vault, of the server and its listeners, and of the HTTP edge.</summary>
    public static IReadOnlyList<string> Names { get; } = [Core, Leases, "server", "http"];

    /// <summary>Where lines go; null drops them.</summary>
    public Action<VaultLogLine>? Output { get; set; }

    /// <summary>Sets the level that all loggers have until told otherwise.</summary>
    public void Configure(VaultLogLevel level)
    {
        lock (_gate)
        {
            _configured = level;
            Array.Fill(_levels, level);
        }
    }

    /// <summary>Whether anybody wants such a line.</summary>
    public bool IsOn(string logger, VaultLogLevel level)
    {
        if (IsOutput(logger, level)) return true;
        foreach (var monitor in _monitors)
        {
            if (level >= monitor.Level) return true;
        }
        return false;
    }

    /// <summary>Tells something.</summary>
    public void Write(string logger, VaultLogLevel level, string text)
    {
        var line = new VaultLogLine(time.GetUtcNow(), level, logger, text);
        if (IsOutput(logger, level)) Output?.Invoke(line);
        foreach (var monitor in _monitors) monitor.Offer(line);
    }

    /// <summary>The level of a logger; null when there is none of that name.</summary>
    internal VaultLogLevel? LevelOf(string logger) => IndexOf(logger) is var index and >= 0 ? _levels[index] : null;

    /// <summary>Sets the level of one logger, or of all; null goes back to the configured one. False when there is no such logger.</summary>
    internal bool SetLevel(string? logger, VaultLogLevel? level)
    {
        var index = logger is null ? -1 : IndexOf(logger);
        if (logger is not null && index < 0) return false;
        lock (_gate)
        {
            if (logger is null) Array.Fill(_levels, level ?? _configured);
            else _levels[index] = level ?? _configured;
        }
        return true;
    }

    /// <summary>Follows all lines from a level on; null when as many follow as may. Whoever follows disposes of it.</summary>
    internal LogMonitor? Follow(VaultLogLevel level)
    {
        lock (_gate)
        {
            if (_monitors.Length >= MonitorsMax) return null;
            var monitor = new LogMonitor(level, Leave);
            _monitors = [.. _monitors, monitor];
            return monitor;
        }
    }

    /// <summary>Ends following, for all: the server stops or the vault is sealed.</summary>
    public void EndMonitors()
    {
        foreach (var monitor in _monitors) monitor.Dispose();
    }

    private void Leave(LogMonitor monitor)
    {
        lock (_gate) _monitors = Array.FindAll(_monitors, other => !ReferenceEquals(other, monitor));
    }

    private bool IsOutput(string logger, VaultLogLevel level) => Output is not null && IndexOf(logger) is var index and >= 0 && level >= _levels[index];

    private static int IndexOf(string logger)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (string.Equals(Names[i], logger, StringComparison.Ordinal)) return i;
        }
        return -1;
    }
}
