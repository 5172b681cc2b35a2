namespace Strongroom.Vault.Policies;

/// <summary>
/// Rules for the beginnings of paths, sorted. Every text between a beginning and a path in order begins with it too. So the last
/// rule at or before a path either fits it or leads, from one rule to the longest that begins it, to the longest that fits.
/// </summary>
internal sealed class PrefixRules
{
    private readonly AclRule[] _rules;
    private readonly int[] _outer;

    public PrefixRules(IEnumerable<AclRule> rules)
    {
        _rules = [.. rules];
        Array.Sort(_rules, static (a, b) => string.CompareOrdinal(a.Pattern.Body, b.Pattern.Body));
        _outer = new int[_rules.Length];
        for (var i = 0; i < _rules.Length; i++)
        {
            var outer = i - 1;
            while (outer >= 0 && !_rules[i].Pattern.Body.StartsWith(_rules[outer].Pattern.Body, StringComparison.Ordinal)) outer = _outer[outer];
            _outer[i] = outer;
        }
    }

    /// <summary>The longest beginning of a path; null when there is none.</summary>
    public AclRule? Find(ReadOnlySpan<char> path)
    {
        var low = 0;
        var high = _rules.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_rules[middle].Pattern.Body.AsSpan().SequenceCompareTo(path) <= 0) low = middle + 1;
            else high = middle;
        }
        for (var i = low - 1; i >= 0; i = _outer[i])
            if (path.StartsWith(_rules[i].Pattern.Body, StringComparison.Ordinal)) return _rules[i];
        return null;
    }
}
