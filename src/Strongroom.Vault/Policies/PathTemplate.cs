namespace Strongroom.Vault.Policies;

/// <summary>How filling in a path went.</summary>
internal enum TemplateResult
{
    /// <summary>All parameters have a value.</summary>
    Filled,

    /// <summary>A parameter has no value.</summary>
    Missing,

    /// <summary>A value would change what the pattern covers.</summary>
    Hostile,
}

/// <summary>Fills <c>{{…}}</c> in the paths of rules.</summary>
internal static class PathTemplate
{
    public static bool IsTemplate(string path) => path.Contains("{{", StringComparison.Ordinal);

    /// <summary>What is wrong with the templates of a path; null when nothing is.</summary>
    public static string? FindFault(string path)
    {
        var rest = path.AsSpan();
        while (rest.IndexOf("{{") is var open and >= 0)
        {
            if (rest[..open].Contains("}}", StringComparison.Ordinal)) return "}} without {{";
            rest = rest[(open + 2)..];
            var close = rest.IndexOf("}}");
            if (close < 0) return "{{ without }}";
            if (!IsKnown(rest[..close].Trim())) return "an unknown template";
            rest = rest[(close + 2)..];
        }
        return rest.Contains("}}", StringComparison.Ordinal) ? "}} without {{" : null;
    }

    /// <summary>
    /// Fills a path that has no fault. A value with a slash, <c>*</c> or <c>+</c>, a dot segment or a control character would
    /// reach beyond the segment it was meant for, so it is refused: whoever may choose a name could choose a path.
    /// </summary>
    public static TemplateResult Fill(string path, IdentityValues values, out string filled)
    {
        filled = path;
        var at = 0;
        while (filled.IndexOf("{{", at, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = filled.IndexOf("}}", open, StringComparison.Ordinal);
            var value = values.Find(filled[(open + 2)..close].Trim());
            if (string.IsNullOrEmpty(value)) return TemplateResult.Missing;
            if (IsHostile(value)) return TemplateResult.Hostile;
            filled = string.Concat(filled.AsSpan(0, open), value, filled.AsSpan(close + 2));
            at = open + value.Length;
        }
        return TemplateResult.Filled;
    }

    /// <summary>What stands before the first template.</summary>
    public static string BeginningOf(string path) => path[..path.IndexOf("{{", StringComparison.Ordinal)];

    private static bool IsHostile(string value)
    {
        if (value is "." or "..") return true;
        foreach (var c in value)
            if (c is '/' or '*' or '+' or '\\' or '{' or '}' || char.IsControl(c)) return true;
        return false;
    }

    /// <summary>True for a parameter that templates may have.</summary>
    public static bool IsKnown(ReadOnlySpan<char> parameter)
    {
        if (parameter is "identity.entity.id" or "identity.entity.name") return true;
        foreach (var beginning in (ReadOnlySpan<string>)["identity.entity.metadata.", "identity.entity.aliases.", "identity.groups.ids.", "identity.groups.names."])
            if (parameter.StartsWith(beginning, StringComparison.Ordinal) && parameter.Length > beginning.Length) return true;
        return false;
    }
}
