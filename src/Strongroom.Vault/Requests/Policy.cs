namespace Strongroom.Vault.Requests;

/// <summary>One rule: a path, or with a trailing <c>*</c> all paths that begin so, and what may be done there.</summary>
/// <param name="Pattern">The path or pattern.</param>
/// <param name="Allowed">What may be done.</param>
public readonly record struct PolicyRule(string Pattern, Capability Allowed);

/// <summary>
/// What a caller may do, as an immutable snapshot. The rule that fits most closely decides alone: an exact path before a
/// pattern, a longer pattern before a shorter one. Where no rule fits, nothing is allowed.
/// </summary>
public sealed class Policy
{
    private readonly PolicyRule[] _rules;

    /// <summary>A policy of these rules, in any order.</summary>
    public Policy(params PolicyRule[] rules)
    {
        _rules = [.. rules];
        Array.Sort(_rules, static (a, b) => Closeness(b).CompareTo(Closeness(a)));
    }

    /// <summary>Everything, everywhere.</summary>
    public static Policy Owner { get; } = new(new PolicyRule("*", Capability.All));

    /// <summary>What is allowed at a path.</summary>
    public Capability At(string path)
    {
        foreach (var rule in _rules)
        {
            if (Fits(rule.Pattern, path)) return rule.Allowed;
        }
        return Capability.None;
    }

    private static bool Fits(string pattern, string path) => pattern.EndsWith('*')
        ? path.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
        : string.Equals(pattern, path, StringComparison.Ordinal);

    private static int Closeness(PolicyRule rule) => rule.Pattern.EndsWith('*') ? rule.Pattern.Length - 1 : int.MaxValue;
}
