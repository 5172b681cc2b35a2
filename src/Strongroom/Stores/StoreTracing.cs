using System.Diagnostics;
using System.Diagnostics.Metrics;
using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>Traces and measures calls to stores: the names of store, operation and secret, the kind of a failure, and never a value.</summary>
internal static class StoreTracing
{
    private static readonly ActivitySource Source = new(StrongroomTelemetry.Name);

    private static readonly Meter Meter = new(StrongroomTelemetry.Name);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        StrongroomTelemetry.StoreDuration, unit: "s", description: "Time of one operation on a store, with its attempts");

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => Source.HasListeners() || Duration.Enabled;

    public static async ValueTask<T> RunAsync<T>(string store, string operation, string? name, Func<ValueTask<T>> call)
    {
        using var activity = Source.StartActivity($"{operation} {store}", ActivityKind.Client);
        activity?.SetTag("strongroom.store", store);
        activity?.SetTag("strongroom.operation", operation);
        if (name is not null) activity?.SetTag("strongroom.name", name);
        var start = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            return await call();
        }
        catch (SecretException e)
        {
            error = e.Kind.ToString();
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.SetTag("error.type", error);
            throw;
        }
        finally
        {
            var tags = new TagList { { "strongroom.store", store }, { "strongroom.operation", operation } };
            if (error is not null) tags.Add("error.type", error);
            Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tags);
        }
    }
}
