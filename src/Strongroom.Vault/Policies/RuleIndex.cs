namespace Strongroom.Vault.Policies;

/// <summary>Finds the rule that decides on a path, without allocating.</summary>
internal sealed class RuleIndex
{
    private readonly Dictionary<string, AclRule>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly Dictionary<string, AclRule>.AlternateLookup<ReadOnlySpan<char>> _exactDenials;
    private readonly PrefixRules _prefixes;
    private readonly AclRule[] _wildcards;
    private readonly AclRule[] _denials;

    public RuleIndex(IReadOnlyCollection<AclRule> rules)
    {
        var exact = new Dictionary<string, AclRule>(StringComparer.Ordinal);
        var exactDenials = new Dictionary<string, AclRule>(StringComparer.OrdinalIgnoreCase);
        var prefixes = new List<AclRule>();
        var wildcards = new List<AclRule>();
        var denials = new List<AclRule>();
        foreach (var rule in rules)
        {
            if (rule.Pattern.IsExact)
            {
                exact[rule.Pattern.Text] = rule;
                if (rule.IsDeny) exactDenials[rule.Pattern.Text] = rule;
                continue;
            }
            (rule.Pattern.Wildcards > 0 ? wildcards : prefixes).Add(rule);
            if (rule.IsDeny) denials.Add(rule);
        }
        _exact = exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _exactDenials = exactDenials.GetAlternateLookup<ReadOnlySpan<char>>();
        _prefixes = new PrefixRules(prefixes);
        _wildcards = ByPriority(wildcards);
        _denials = ByPriority(denials);
    }

    /// <summary>The rule for a path; null when none fits.</summary>
    public AclRule? Find(ReadOnlySpan<char> path) => FindExact(path) ?? FindPattern(path);

    /// <summary>
    /// The rule for listing a folder, which is <c>path/</c>; rules for it may be written <c>path</c> too. An exact rule for either decides.
    /// Of the patterns, those for both spellings count: a deny for one of them is enough, else the closer one decides.
    /// </summary>
    public AclRule? FindForList(ReadOnlySpan<char> path)
    {
        if (path.EndsWith('/')) path = path[..^1];
        Span<char> folder = path.Length < 512 ? stackalloc char[path.Length + 1] : new char[path.Length + 1];
        path.CopyTo(folder);
        folder[^1] = '/';
        if ((FindExact(folder) ?? FindExact(path)) is { } exact) return exact;
        var asFolder = FindPattern(folder);
        var asPath = FindPattern(path);
        if (asFolder is null || asPath is { IsDeny: true }) return asPath;
        if (asPath is null || asFolder.IsDeny) return asFolder;
        return PathPattern.CompareCloseness(asFolder.Pattern, asPath.Pattern) >= 0 ? asFolder : asPath;
    }

    // Engines may take names without regard to case. So a deny covers every spelling, and decides among equally close rules.
    private AclRule? FindExact(ReadOnlySpan<char> path)
    {
        if (_exactDenials.Dictionary.Count > 0 && _exactDenials.TryGetValue(path, out var denial)) return denial;
        return _exact.TryGetValue(path, out var rule) ? rule : null;
    }

    private AclRule? FindPattern(ReadOnlySpan<char> path)
    {
        var found = _prefixes.Find(path);
        foreach (var rule in _wildcards)
        {
            if (found is not null && PathPattern.ComparePriority(rule.Pattern, found.Pattern) < 0) break;
            if (!rule.Pattern.Matches(path, StringComparison.Ordinal)) continue;
            found = rule;
            break;
        }
        foreach (var denial in _denials)
        {
            if (found is not null && PathPattern.CompareCloseness(denial.Pattern, found.Pattern) < 0) break;
            if (denial.Pattern.Matches(path, StringComparison.OrdinalIgnoreCase)) return denial;
        }
        return found;
    }

    private static AclRule[] ByPriority(List<AclRule> rules)
    {
        rules.Sort(static (a, b) => PathPattern.ComparePriority(b.Pattern, a.Pattern));
        return [.. rules];
    }
}
