using System.Globalization;

namespace Strongroom.Manifest;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>24h</c>, <c>90d</c>, <c>2w</c>.</summary>
public static class DurationText
{
    /// <summary>Reads a whole number with its unit; false for anything else, and for zero or more than ten years.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        if (!int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0) return false;
        var unit = text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            "w" => TimeSpan.FromDays(7),
            _ => TimeSpan.Zero,
        };
        if (unit == TimeSpan.Zero || count > TimeSpan.FromDays(3660) / unit) return false;
        duration = unit * count;
        return true;
    }
}
