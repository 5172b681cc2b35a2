using System.Globalization;
using Strongroom.Caching;
using Strongroom.Stores;

namespace Strongroom.Manifest;

/// <summary>The settings that every store behind a network has: how long to wait, how often to ask, how long to remember.</summary>
internal static class StoreTuning
{
    public static IReadOnlyList<StoreSetting> Settings { get; } =
    [
        new("timeout", "how long one attempt may take; 10s by default"),
        new("total-timeout", "how long one operation may take with all its attempts; 30s by default"),
        new("retries", "how many times an operation is tried again, 0 to 20; 3 by default") { Form = "number" },
        new("concurrency", "how many operations may be under way at once; 16 by default") { Form = "number" },
        new("calls-per-second", "how many calls may be sent a second on average; no limit by default") { Form = "number" },
        new("cache", "how long a value is given out without asking again, or off; 5m by default"),
        new("reuse", "how old a value of an earlier run may be that the next one uses without asking, or off; off by default"),
        new("stale", "how old a value may be that is given out while the store cannot be reached, or off; 1h by default"),
    ];

    /// <summary>What is wrong with a setting of this list, in a few words; null when nothing is, or it is not of this list.</summary>
    public static string? FaultOf(string key, string text) => key switch
    {
        "timeout" or "total-timeout" => DurationText.TryParse(text, out var time) && time <= TimeSpan.FromHours(1) ? null : "expected a duration up to an hour, such as 10s",
        "cache" or "reuse" => text is "off" || (DurationText.TryParse(text, out var time) && time <= TimeSpan.FromDays(1)) ? null : "expected a duration up to a day, such as 5m, or off",
        "stale" => text is "off" || (DurationText.TryParse(text, out var time) && time <= TimeSpan.FromDays(7)) ? null : "expected a duration up to a week, such as 1h, or off",
        "retries" => TryNumber(text, 0, 20, out _) ? null : "expected a number from 0 to 20",
        "concurrency" => TryNumber(text, 1, 10_000, out _) ? null : "expected a number from 1 to 10000",
        "calls-per-second" => TryRate(text, out _) ? null : "expected a number above 0",
        _ => null,
    };

    /// <summary>Whether a setting is of this list; without the list, which a start need not make.</summary>
    public static bool Has(string key) =>
        key is "timeout" or "total-timeout" or "retries" or "concurrency" or "calls-per-second" or "cache" or "reuse" or "stale";

    public static StoreResilienceOptions Resilience(IReadOnlyDictionary<string, string> settings)
    {
        var options = new StoreResilienceOptions();
        if (Duration(settings, "timeout") is { } attempt)
            options = options with { AttemptTimeout = attempt, TotalTimeout = attempt > options.TotalTimeout ? attempt : options.TotalTimeout };
        if (Duration(settings, "total-timeout") is { } total)
            options = options with { TotalTimeout = total, AttemptTimeout = total < options.AttemptTimeout ? total : options.AttemptTimeout };
        if (settings.TryGetValue("retries", out var retries) && TryNumber(retries, 0, 20, out var count)) options = options with { RetriesMax = count };
        if (settings.TryGetValue("concurrency", out var calls) && TryNumber(calls, 1, 10_000, out var limit)) options = options with { ConcurrentCallsMax = limit };
        if (settings.TryGetValue("calls-per-second", out var rate) && TryRate(rate, out var perSecond)) options = options with { CallsPerSecond = perSecond };
        return options;
    }

    public static CacheOptions Cache(IReadOnlyDictionary<string, string> settings)
    {
        if (settings.TryGetValue("cache", out var cache) && cache is "off") return CacheOptions.Off;
        var options = new CacheOptions();
        if (Duration(settings, "cache") is { } ttl) options = options with { Ttl = ttl, StaleMax = ttl > options.StaleMax ? ttl : options.StaleMax };
        if (Duration(settings, "reuse") is { } reuse) options = options with { Reuse = reuse };
        if (settings.TryGetValue("stale", out var stale) && stale is "off") options = options with { StaleMax = TimeSpan.Zero };
        else if (Duration(settings, "stale") is { } ceiling) options = options with { StaleMax = ceiling < options.Ttl ? options.Ttl : ceiling };
        return options;
    }

    private static TimeSpan? Duration(IReadOnlyDictionary<string, string> settings, string key) =>
        settings.TryGetValue(key, out var text) && DurationText.TryParse(text, out var duration) ? duration : null;

    private static bool TryNumber(string text, int min, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= min && number <= max;

    private static bool TryRate(string text, out double rate) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate) && rate is > 0 and <= 1_000_000;
}
