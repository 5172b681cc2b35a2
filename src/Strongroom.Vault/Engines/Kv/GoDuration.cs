using System.Globalization;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>Durations as the Vault API writes them: <c>3h25m19s</c>, or a number of seconds.</summary>
public static class GoDuration
{
    /// <summary>Reads a duration. Throws InvalidInput.</summary>
    public static TimeSpan Parse(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return FromSeconds(seconds, text);
        var total = 0.0;
        var rest = text.AsSpan();
        if (rest.IsEmpty) throw Invalid(text);
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                throw Invalid(text);
            rest = rest[digits..];
            var unitLength = rest.IndexOfAny("0123456789.");
            var unit = unitLength < 0 ? rest : rest[..unitLength];
            total += number * unit switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                "ns" => 1e-9,
                "d" => 86_400,
                _ => throw Invalid(text),
            };
            rest = rest[unit.Length..];
        }
        return FromSeconds(total, text);
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

    internal static TimeSpan FromSeconds(double seconds, string text) =>
        seconds is >= 0 and <= 1e10 ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : throw Invalid(text);

    private static SecretException Invalid(string text) =>
        new(SecretErrorKind.InvalidInput, "is not a duration such as 3h25m19s", name: text.Length > 32 ? text[..32] : text);
}
