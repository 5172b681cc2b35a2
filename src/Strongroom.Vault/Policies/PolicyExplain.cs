using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>Tells which rule of which policy decides, and why the others do not.</summary>
public static class PolicyExplain
{
    /// <summary>Explains one request.</summary>
    /// <param name="acl">The compiled policies of the caller.</param>
    /// <param name="path">Mount and path inside it.</param>
    /// <param name="needed">What the request needs.</param>
    /// <param name="body">Its parameters as JSON; empty when there are none.</param>
    /// <param name="wrapTtl">The life asked for a wrapped answer; null when it is not wrapped.</param>
    public static PolicyExplanation Explain(
        Acl acl, string path, Capability needed, ReadOnlySpan<byte> body = default, TimeSpan? wrapTtl = null)
    {
        var decision = acl.Check(path, needed, body, wrapTtl);
        return new PolicyExplanation(path, needed, decision, ReasonOf(decision, needed), FindRunnersUp(acl, path.TrimStart('/'), needed, decision));
    }

    private static string ReasonOf(AclDecision decision, Capability needed)
    {
        var rule = decision.Rule;
        return decision.Outcome switch
        {
            AclOutcome.Root => "the policy root allows everything",
            AclOutcome.NoRule => "no rule fits the path, and what is not granted is denied",
            AclOutcome.UnclearPath => "the path has an empty segment or one of dots, which no rule can speak of",
            AclOutcome.Denied => $"'{rule!.Pattern}' denies",
            AclOutcome.NotGranted => $"'{rule!.Pattern}' decides and does not grant {string.Join(", ", CapabilityNames.InRule(needed & ~rule.Capabilities))}",
            AclOutcome.WrapTtlRefused => $"'{rule!.Pattern}' asks for a wrapped answer with a life {LifeOf(rule)}",
            AclOutcome.ParameterRefused => $"'{rule!.Pattern}' does not allow these parameters",
            _ => $"'{rule!.Pattern}' decides and grants it",
        };
    }

    private static string LifeOf(AclRule rule) => (rule.WrapTtlMin, rule.WrapTtlMax) switch
    {
        ({ } min, { } max) => $"from {min} to {max}",
        ({ } min, null) => $"of at least {min}",
        (_, { } max) => $"of at most {max}",
        _ => "",
    };

    private static List<RunnerUp> FindRunnersUp(Acl acl, string path, Capability needed, AclDecision decision)
    {
        var runnersUp = new List<RunnerUp>();
        if (decision.Rule is not { } winner) return runnersUp;
        var isList = (needed & Capability.List) != Capability.None;
        foreach (var rule in acl.Rules)
        {
            if (ReferenceEquals(rule, winner)) continue;
            var fits = isList
                ? rule.Pattern.Matches(path.TrimEnd('/'), StringComparison.Ordinal) || rule.Pattern.Matches(path.TrimEnd('/') + "/", StringComparison.Ordinal)
                : rule.Pattern.Matches(path, StringComparison.Ordinal);
            if (fits) runnersUp.Add(new RunnerUp(rule, Compare(winner, rule.Pattern)));
        }
        runnersUp.Sort(static (a, b) => PathPattern.ComparePriority(b.Rule.Pattern, a.Rule.Pattern));
        return runnersUp;
    }

    private static string Compare(AclRule winner, PathPattern loser)
    {
        var pattern = winner.Pattern;
        if (pattern.IsExact && !loser.IsExact) return "the other names the path itself";
        if (pattern.FirstWildcard > loser.FirstWildcard) return "its first wildcard comes earlier";
        if (pattern.FirstWildcard == loser.FirstWildcard)
        {
            if (loser.IsPrefix && !pattern.IsPrefix) return "it ends with *";
            if (loser.IsPrefix == pattern.IsPrefix && loser.Wildcards > pattern.Wildcards) return "it has more +";
            if (loser.IsPrefix == pattern.IsPrefix && loser.Wildcards == pattern.Wildcards && loser.Body.Length < pattern.Body.Length) return "it is shorter";
        }
        return winner.IsDeny ? "the other denies" : "the other comes first";
    }
}
