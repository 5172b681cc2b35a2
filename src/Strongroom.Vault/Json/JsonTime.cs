using System.Buffers.Text;

namespace Strongroom.Vault.Json;

/// <summary>Moments in UTC as the vault stores them: <c>2026-11-22T06:10:52.9013869Z</c>, without zeros at the end of the fraction.</summary>
internal static class JsonTime
{
    /// <summary>The longest form, in bytes.</summary>
    public const int LengthMax = 28;

    private const int SecondsLength = 19;
    private const int FractionDigitsMax = 7;

    /// <summary>Writes it and returns its length.</summary>
    public static int Format(DateTime utc, Span<byte> text)
    {
        Utf8Formatter.TryFormat(utc, text, out _, 'O');
        var end = SecondsLength + 1 + FractionDigitsMax;
        while (text[end - 1] == '0') end--;
        if (text[end - 1] == '.') end--;
        text[end] = (byte)'Z';
        return end + 1;
    }

    /// <summary>Reads it. Throws <see cref="FormatException"/> for every other form.</summary>
    public static DateTime Parse(ReadOnlySpan<byte> text)
    {
        // With its zeros put back it is the library's round-trip form.
        Span<byte> full = stackalloc byte[LengthMax];
        "0000-00-00T00:00:00.0000000Z"u8.CopyTo(full);
        if (text.Length is > SecondsLength and <= LengthMax && text[^1] == 'Z')
        {
            text[..^1].CopyTo(full);
            if (Utf8Parser.TryParse(full, out DateTime utc, out var read, 'O') && read == LengthMax) return utc;
        }
        throw new FormatException("There is a moment in an unknown form.");
    }
}
