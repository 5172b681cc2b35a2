using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>
/// Looks for rules that parse but will surprise: the KV v2 <c>data/</c> trap, rules that never decide, rules that take away what
/// a broader one gives, sudo that does nothing, mounts that are not there, and rights broad enough to take all others.
/// </summary>
public static class PolicyLint
{
    /// <summary>The codes of all findings.</summary>
    public static IReadOnlyList<string> Codes =>
    [
        "kv2-path", "kv2-list", "kv2-parameters", "star-inside", "plus-inside", "never-matched", "shadowed", "takes-away", "conflict",
        "needless-sudo", "too-broad", "escalation", "unknown-mount", "grants-nothing",
    ];

    /// <summary>Examines policies together, as one caller would have them.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="mounts">The mounts there are; null when they are not known, which leaves out what depends on them.</param>
    /// <returns>The findings by policy and line.</returns>
    public static IReadOnlyList<PolicyFinding> Examine(IReadOnlyList<AccessPolicy> policies, IReadOnlyList<LintMount>? mounts = null)
    {
        var rules = new List<LintRule>();
        foreach (var policy in policies)
            foreach (var rule in policy.Rules)
                if (LintRule.TryMake(policy.Name, rule) is { } made) rules.Add(made);
        var findings = new List<PolicyFinding>();
        foreach (var rule in rules)
        {
            LintShape.Examine(rule, findings);
            LintReach.Examine(rule, findings);
            if (mounts is not null) LintMounts.Examine(rule, mounts, findings);
        }
        LintPairs.Examine(rules, findings);
        var order = new Dictionary<string, int>();
        foreach (var policy in policies) order.TryAdd(policy.Name, order.Count);
        return [.. findings.OrderBy(f => order[f.Policy]).ThenBy(f => f.Line).ThenBy(f => f.Column).ThenBy(f => f.Code, StringComparer.Ordinal)];
    }
}

/// <summary>A rule with its pattern. A template stands in it as a segment of its own that no other path has.</summary>
internal sealed record LintRule(string Policy, PolicyRule Rule, PathPattern Pattern)
{
    public string Path => Rule.Path;

    public bool Grants(Capability capability) => (Rule.Capabilities & capability) != Capability.None;

    public bool IsDeny => Rule.Capabilities == Capability.Deny;

    public static LintRule? TryMake(string policy, PolicyRule rule)
    {
        var path = rule.Path;
        while (path.IndexOf("{{", StringComparison.Ordinal) is var open and >= 0 && path.IndexOf("}}", open, StringComparison.Ordinal) is var close and >= 0)
            path = string.Concat(path.AsSpan(0, open), "\u0001", path.AsSpan(close + 2));
        return PathPattern.TryParse(path) is { } pattern ? new LintRule(policy, rule, pattern) : null;
    }

    public PolicyFinding Finding(string code, string message, string suggestion) => new(code, Policy, Rule.Line, Rule.Column, message, suggestion);
}
