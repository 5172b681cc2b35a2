using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>Rules against each other.</summary>
internal static class LintPairs
{
    /// <summary>Pairs grow with the square of the rules; beyond this many they are left unexamined.</summary>
    public const int RulesMax = 2_000;

    public static void Examine(IReadOnlyList<LintRule> rules, List<PolicyFinding> findings)
    {
        if (rules.Count > RulesMax) return;
        foreach (var rule in rules)
        {
            LintRule? broader = null;
            foreach (var other in rules)
            {
                if (ReferenceEquals(rule, other)) continue;
                if (rule.Pattern.Text == other.Pattern.Text) ExamineSame(rule, other, findings);
                else if (!PatternSets.Covers(other.Pattern, rule.Pattern)) continue;
                else if (PathPattern.ComparePriority(other.Pattern, rule.Pattern) > 0)
                {
                    findings.Add(rule.Finding(
                        "shadowed", $"'{rule.Path}' never decides: {Name(other, rule)} fits the same paths and comes first", "take it out, or write the beginning of the path out"));
                }
                else if (broader is null || PathPattern.ComparePriority(other.Pattern, broader.Pattern) > 0) broader = other;
            }
            if (broader is not null) ExamineLoss(rule, broader, findings);
        }
    }

    private static void ExamineSame(LintRule rule, LintRule other, List<PolicyFinding> findings)
    {
        if (rule.IsDeny || !other.IsDeny || rule.Rule.Capabilities == Capability.None) return;
        findings.Add(rule.Finding("conflict", $"'{rule.Path}' grants what {Name(other, rule)} denies; the deny wins", "take one of them out"));
    }

    private static void ExamineLoss(LintRule rule, LintRule broader, List<PolicyFinding> findings)
    {
        if (rule.IsDeny || broader.IsDeny || rule.Rule.Capabilities == Capability.None) return;
        var lost = broader.Rule.Capabilities & ~rule.Rule.Capabilities;
        if (lost == Capability.None) return;
        var words = string.Join(", ", CapabilityNames.InRule(lost));
        findings.Add(rule.Finding(
            "takes-away", $"'{rule.Path}' takes away {words}, which {Name(broader, rule)} gives: the closer rule decides alone",
            $"add {words} if that is not meant"));
    }

    private static string Name(LintRule other, LintRule rule) =>
        other.Policy == rule.Policy ? $"'{other.Path}' on line {other.Rule.Line}" : $"'{other.Path}' of policy {other.Policy}";
}
