using Strongroom.Vault.Served;

namespace Strongroom.Server.Hosting;

/// <summary>Brings what the server and the web server below it log to the one log of the vault, which knows levels and followers.</summary>
internal sealed class LogBridge(VaultLog log) : ILoggerProvider
{
    /// <summary>The vault's level for one of logging.</summary>
    public static VaultLogLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => VaultLogLevel.Trace,
        LogLevel.Debug => VaultLogLevel.Debug,
        LogLevel.Information => VaultLogLevel.Info,
        LogLevel.Warning => VaultLogLevel.Warn,
        _ => VaultLogLevel.Error,
    };

    public ILogger CreateLogger(string categoryName) => new Logger(
        log, categoryName.StartsWith("Strongroom.Server.Http", StringComparison.Ordinal) ? "http" : "server");

    public void Dispose()
    {
    }

    private sealed class Logger(VaultLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && log.IsOn(name, LevelOf(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(name, LevelOf(logLevel), exception is null ? formatter(state, exception) : $"{formatter(state, exception)} ({exception.GetType().Name})");
        }
    }
}
