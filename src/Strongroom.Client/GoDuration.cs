using System.Globalization;
using System.Text;

namespace Strongroom.Client;

/// <summary>Durations as Vault writes and reads them: <c>768h</c>, <c>1h30m</c>, <c>45s</c>, or a number of seconds.</summary>
public static class GoDuration
{
    /// <summary>The longest one taken: about 100 years.</summary>
    private static readonly TimeSpan Max = TimeSpan.FromDays(36525);

    /// <summary>Writes whole seconds without the zeros at the end: <c>768h</c>, <c>1h0m5s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero) return "-" + Format(-duration);
        var seconds = (long)duration.TotalSeconds;
        if (seconds == 0) return "0s";
        var (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        var text = new StringBuilder();
        if (hours > 0) text.Append(hours).Append('h');
        if (minutes > 0 || (hours > 0 && rest > 0)) text.Append(minutes).Append('m');
        if (rest > 0) text.Append(rest).Append('s');
        return text.ToString();
    }

    /// <summary>Reads one; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)) return TryAdd(seconds, ref duration);
        if (text.IsEmpty) return false;
        while (!text.IsEmpty)
        {
            var digits = 0;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.')) digits++;
            var letters = digits;
            while (letters < text.Length && char.IsAsciiLetter(text[letters])) letters++;
            if (!decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            decimal unit = text[digits..letters] switch { "ms" => 0.001m, "s" => 1, "m" => 60, "h" => 3600, "d" => 86400, _ => 0 };
            if (unit == 0 || !TryAdd(number * unit, ref duration)) return false;
            text = text[letters..];
        }
        return true;
    }

    private static bool TryAdd(decimal seconds, ref TimeSpan sum)
    {
        if (seconds > (decimal)Max.TotalSeconds) return false;
        sum += TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return sum <= Max;
    }
}
