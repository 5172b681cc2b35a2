namespace Strongroom.Vault.Auth;

/// <summary>Patterns in which <c>*</c> stands for any text, however short; everything else stands for itself.</summary>
internal static class Glob
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var star = pattern.IndexOf('*');
        if (star < 0) return pattern.SequenceEqual(text);
        if (!text.StartsWith(pattern[..star], StringComparison.Ordinal)) return false;
        pattern = pattern[(star + 1)..];
        text = text[star..];
        // What stands between two stars is taken where it comes first: that leaves the most for the rest.
        while ((star = pattern.IndexOf('*')) >= 0)
        {
            var at = text.IndexOf(pattern[..star], StringComparison.Ordinal);
            if (at < 0) return false;
            pattern = pattern[(star + 1)..];
            text = text[(at + star)..];
        }
        return text.EndsWith(pattern, StringComparison.Ordinal);
    }
}
