namespace Strongroom.Stores;

/// <summary>The names under which Strongroom traces and measures, for OpenTelemetry: <c>AddSource</c> and <c>AddMeter</c> with <see cref="Name"/>.</summary>
public static class StrongroomTelemetry
{
    /// <summary>The activity source and the meter.</summary>
    public const string Name = "Strongroom";

    /// <summary>Histogram of the seconds that operations on stores take, by <c>strongroom.store</c>, <c>strongroom.operation</c> and <c>error.type</c>.</summary>
    public const string StoreDuration = "strongroom.store.duration";
}
