namespace Strongroom.Vault.Policies;

/// <summary>
/// The path of a rule: exact, the beginning of paths (a <c>*</c> at the end), or with <c>+</c> for any one segment. A <c>*</c>
/// elsewhere and a <c>+</c> inside a segment stand for themselves.
/// </summary>
public sealed class PathPattern
{
    private PathPattern(string text, string body, bool isPrefix, int wildcards, int firstWildcard)
    {
        Text = text;
        Body = body;
        IsPrefix = isPrefix;
        Wildcards = wildcards;
        FirstWildcard = firstWildcard;
    }

    /// <summary>As written, without a leading slash.</summary>
    public string Text { get; }

    /// <summary>Ends with <c>*</c>.</summary>
    public bool IsPrefix { get; }

    /// <summary>How many segments are <c>+</c>.</summary>
    public int Wildcards { get; }

    /// <summary>Names one path alone.</summary>
    public bool IsExact => !IsPrefix && Wildcards == 0;

    /// <summary>The pattern without its <c>*</c>.</summary>
    internal string Body { get; }

    /// <summary>Where the first <c>+</c> or <c>*</c> stands; behind the end for an exact path.</summary>
    internal int FirstWildcard { get; }

    /// <summary>Reads a pattern; null for one that Vault forbids: <c>+*</c>.</summary>
    public static PathPattern? TryParse(string text)
    {
        if (text.StartsWith('/')) text = text[1..];
        if (text.Contains("+*", StringComparison.Ordinal)) return null;
        var isPrefix = text.EndsWith('*');
        var body = isPrefix ? text[..^1] : text;
        var wildcards = 0;
        var first = isPrefix ? body.Length : int.MaxValue;
        foreach (var segment in body.AsSpan().Split('/'))
        {
            if (body.AsSpan(segment) is not "+") continue;
            if (wildcards++ == 0) first = segment.Start.Value;
        }
        return new PathPattern(text, body, isPrefix, wildcards, first);
    }

    /// <summary>
    /// Which of two patterns that fit one path decides, in Vault's order: the later first wildcard, then no <c>*</c> at the end,
    /// then fewer <c>+</c>, then the longer. Positive when <paramref name="a"/> does; 0 when they are equally close.
    /// </summary>
    internal static int CompareCloseness(PathPattern a, PathPattern b)
    {
        if (a.FirstWildcard != b.FirstWildcard) return a.FirstWildcard.CompareTo(b.FirstWildcard);
        if (a.IsPrefix != b.IsPrefix) return a.IsPrefix ? -1 : 1;
        if (a.Wildcards != b.Wildcards) return b.Wildcards.CompareTo(a.Wildcards);
        return a.Body.Length.CompareTo(b.Body.Length);
    }

    /// <summary>The same order, made total by the letters of the pattern as in Vault.</summary>
    internal static int ComparePriority(PathPattern a, PathPattern b) =>
        CompareCloseness(a, b) is var closeness and not 0 ? closeness : string.CompareOrdinal(a.Body, b.Body);

    /// <summary>True when the pattern fits a path that has no leading slash.</summary>
    internal bool Matches(ReadOnlySpan<char> path, StringComparison comparison)
    {
        if (Wildcards == 0) return IsPrefix ? path.StartsWith(Body, comparison) : path.Equals(Body, comparison);
        ReadOnlySpan<char> pattern = Body;
        while (true)
        {
            var patternEnd = pattern.IndexOf('/');
            if (patternEnd < 0 && IsPrefix) return path.StartsWith(pattern, comparison);
            var pathEnd = path.IndexOf('/');
            var segment = patternEnd < 0 ? pattern : pattern[..patternEnd];
            if (segment is not "+" && !segment.Equals(pathEnd < 0 ? path : path[..pathEnd], comparison)) return false;
            if (patternEnd < 0 || pathEnd < 0) return patternEnd < 0 && pathEnd < 0;
            pattern = pattern[(patternEnd + 1)..];
            path = path[(pathEnd + 1)..];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
