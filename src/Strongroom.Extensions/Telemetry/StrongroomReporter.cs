using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strongroom.Extensions.Configuration;

namespace Strongroom.Extensions.Telemetry;

/// <summary>Writes what becomes of the secrets to the program's log: names and reasons, never values.</summary>
internal sealed partial class StrongroomReporter(StrongroomConfigurationProvider provider, ILogger<StrongroomReporter> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (provider.Status is { } status) Report(status);
        provider.Checked = Report;
        provider.Faulted = e => LogFaulted(log, e);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        provider.Checked = null;
        provider.Faulted = null;
        return Task.CompletedTask;
    }

    private void Report(StrongroomStatus status)
    {
        foreach (var failure in status.Failures)
        {
            if (failure.HasValue) LogLastKnown(log, failure.Name, failure.Error!.Message);
            else LogMissing(log, failure.Name, failure.Error!.Message);
        }
        LogInUse(log, status.Secrets.Count(secret => secret.HasValue), status.Secrets.Count);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Secret} keeps its last known value: {Reason}")]
    private static partial void LogLastKnown(ILogger log, string secret, string reason);

    [LoggerMessage(2, LogLevel.Warning, "{Secret} has no value: {Reason}")]
    private static partial void LogMissing(ILogger log, string secret, string reason);

    [LoggerMessage(3, LogLevel.Information, "{Count} of {Declared} declared secrets are in use")]
    private static partial void LogInUse(ILogger log, int count, int declared);

    [LoggerMessage(4, LogLevel.Error, "A change of the secrets is in the configuration, but what the program does at a change failed")]
    private static partial void LogFaulted(ILogger log, Exception e);
}
