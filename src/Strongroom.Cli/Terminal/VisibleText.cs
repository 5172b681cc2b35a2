using System.Globalization;
using System.Text;

namespace Strongroom.Cli.Terminal;

/// <summary>
/// Texts as a terminal shows them. Descriptions, names and messages of stores are written by others: what would move the cursor, set the
/// title or turn the direction of reading is shown and not done.
/// </summary>
internal static class VisibleText
{
    private const char Escape = '\x1b';

    /// <summary>Characters that take two columns: those of Chinese, Japanese and Korean, full-width forms, and pictures.</summary>
    private static ReadOnlySpan<int> WideRanges =>
    [
        0x1100, 0x115F, 0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF, 0x4E00, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3, 0xF900, 0xFAFF,
        0xFE30, 0xFE6F, 0xFF00, 0xFF60, 0xFFE0, 0xFFE6, 0x1F300, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F900, 0x1FAFF, 0x20000, 0x3FFFD,
    ];

    /// <summary>The text with a picture in the place of every control character but line breaks, tabs and our own colours.</summary>
    public static string Of(string text)
    {
        var first = 0;
        while (first < text.Length && !IsUnsafe(text, first)) first++;
        if (first == text.Length) return text;
        var safe = new StringBuilder(text, 0, first, text.Length + 8);
        for (var i = first; i < text.Length; i++) safe.Append(IsUnsafe(text, i) ? Picture(text[i]) : text[i]);
        return safe.ToString();
    }

    /// <summary>The same on one line.</summary>
    public static string OnOneLine(string text) => Of(text.IndexOfAny('\n', '\t') < 0 ? text : text.Replace('\n', ' ').Replace('\t', ' '));

    /// <summary>How many columns it takes, without colour codes.</summary>
    public static int WidthOf(string text)
    {
        var width = 0;
        for (var i = 0; i < text.Length;)
        {
            var length = ColourLength(text, i);
            if (length == 0)
            {
                length = StringInfo.GetNextTextElementLength(text, i);
                width += IsWide(text, i) ? 2 : 1;
            }
            i += length;
        }
        return width;
    }

    private static bool IsWide(string text, int at)
    {
        if (text[at] < WideRanges[0]) return false;
        if (!Rune.TryGetRuneAt(text, at, out var rune)) return false;
        for (var i = 0; i < WideRanges.Length; i += 2) if (rune.Value >= WideRanges[i] && rune.Value <= WideRanges[i + 1]) return true;
        return false;
    }

    private static bool IsUnsafe(string text, int at) => text[at] switch
    {
        '\n' or '\t' => false,
        Escape => ColourLength(text, at) == 0,
        < ' ' or (>= '\x7f' and <= '\x9f') => true,
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' => true,
        _ => false,
    };

    /// <summary>Length of one of the codes of <see cref="Ink"/>, <c>ESC [ n m</c>; 0 when there is none.</summary>
    private static int ColourLength(string text, int at)
    {
        if (text[at] != Escape || at + 3 >= text.Length || text[at + 1] != '[') return 0;
        if (text[at + 2] is '0' or '1' or '2' && text[at + 3] == 'm') return 4;
        return text[at + 2] == '3' && char.IsAsciiDigit(text[at + 3]) && at + 4 < text.Length && text[at + 4] == 'm' ? 5 : 0;
    }

    private static char Picture(char control) => control switch
    {
        < ' ' => (char)('\u2400' + control),
        '\x7f' => '\u2421',
        _ => '\ufffd',
    };
}
