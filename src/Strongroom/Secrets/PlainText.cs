namespace Strongroom.Secrets;

/// <summary>Keeps what others wrote (names, codes, addresses) from acting on the terminal or the log in which it is shown.</summary>
internal static class PlainText
{
    /// <summary>The text with a replacement for each control character but line break and tab, and for what turns the direction of writing.</summary>
    public static string Of(string text)
    {
        foreach (var c in text)
            if (Acts(c)) return string.Create(text.Length, text, static (plain, text) => Replace(text, plain));
        return text;
    }

    /// <summary>True for the marks of Unicode that make a text read otherwise than it is written.</summary>
    public static bool TurnsDirection(char c) => c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';

    private static void Replace(string text, Span<char> plain)
    {
        for (var i = 0; i < plain.Length; i++) plain[i] = Acts(text[i]) ? '\uFFFD' : text[i];
    }

    private static bool Acts(char c) => c is not ('\n' or '\t') && (char.IsControl(c) || TurnsDirection(c));
}
