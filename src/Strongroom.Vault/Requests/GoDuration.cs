using System.Globalization;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Vault.Requests;

/// <summary>Durations as the Vault API writes them: <c>3h25m19s</c>, or a number of seconds.</summary>
public static class GoDuration
{
    private const double SecondsMax = 1e10;

    /// <summary>Reads a duration. Throws InvalidInput.</summary>
    public static TimeSpan Parse(string text) => TryParse(text, out var duration) ? duration : throw Invalid(text);

    /// <summary>Reads a duration; false when the text is none.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TryMake(seconds, out duration);
        var total = 0.0;
        var rest = text.AsSpan();
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..];
            var unitLength = rest.IndexOfAny("0123456789.");
            var unit = unitLength < 0 ? rest : rest[..unitLength];
            if (SecondsOf(unit) is not { } length) return false;
            total += number * length;
            rest = rest[unit.Length..];
        }
        return TryMake(total, out duration);
    }

    /// <summary>Writes a duration; anything below zero is <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration <= TimeSpan.Zero) return "0s";
        var text = new StringBuilder();
        var hours = (long)duration.TotalHours;
        if (hours > 0) text.Append(hours).Append('h');
        if (hours > 0 || duration.Minutes > 0) text.Append(duration.Minutes).Append('m');
        var seconds = (duration.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        return text.Append(seconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    internal static TimeSpan FromSeconds(double seconds, string text) => TryMake(seconds, out var duration) ? duration : throw Invalid(text);

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "us" or "µs" => 1e-6,
        "ns" => 1e-9,
        "d" => 86_400,
        _ => null,
    };

    private static bool TryMake(double seconds, out TimeSpan duration)
    {
        var valid = seconds is >= 0 and <= SecondsMax;
        duration = valid ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : default;
        return valid;
    }

    private static SecretException Invalid(string text) =>
        new(SecretErrorKind.InvalidInput, "is not a duration such as 3h25m19s", name: text.Length > 32 ? text[..32] : text);
}
