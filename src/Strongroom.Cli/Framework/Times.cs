using System.Globalization;

namespace Strongroom.Cli.Framework;

/// <summary>Times as people read them.</summary>
internal static class Times
{
    /// <summary>Date and minute in the local time zone.</summary>
    public static string Local(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>One number and one unit: <c>5 minutes</c>.</summary>
    public static string Age(TimeSpan age)
    {
        if (age < TimeSpan.FromMinutes(1)) return "now";
        var (number, unit) = age.TotalHours < 1 ? ((int)age.TotalMinutes, "minute")
            : age.TotalDays < 1 ? ((int)age.TotalHours, "hour")
            : age.TotalDays < 60 ? ((int)age.TotalDays, "day")
            : age.TotalDays < 730 ? ((int)(age.TotalDays / 30.4), "month")
            : ((int)(age.TotalDays / 365.25), "year");
        return $"{number} {unit}{(number == 1 ? "" : "s")}";
    }
}
