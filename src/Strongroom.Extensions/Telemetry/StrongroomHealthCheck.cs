using Microsoft.Extensions.Diagnostics.HealthChecks;
using Strongroom.Extensions.Configuration;

namespace Strongroom.Extensions.Telemetry;

/// <summary>
/// Healthy while every secret is as its store has it; degraded while some are the last known values; unhealthy when one that the
/// program needs has none. Tells names and reasons, never values, and asks no store: it reports the last look.
/// </summary>
internal sealed class StrongroomHealthCheck(StrongroomConfigurationProvider provider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (provider.Status is not { } status) return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "no secret was asked for yet"));
        var data = new Dictionary<string, object> { ["checkedAt"] = status.CheckedAt, ["secrets"] = status.Secrets.Count };
        var failures = status.Failures.ToList();
        foreach (var failure in failures) data[failure.Name] = failure.Error!.Message;
        var missing = failures.FindAll(failure => !failure.HasValue);
        if (missing.Count > 0)
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, $"no value: {Names(missing)}", data: data));
        return Task.FromResult(failures.Count > 0
            ? HealthCheckResult.Degraded($"last known values: {Names(failures)}", data: data)
            : HealthCheckResult.Healthy($"{status.Secrets.Count} secrets", data));
    }

    private static string Names(List<SecretState> states) => string.Join(", ", states.Select(state => state.Name));
}
