using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>Where a rule was written.</summary>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Rule">The rule in it.</param>
public readonly record struct RuleSource(string Policy, PolicyRule Rule);

/// <summary>All that the policies of a caller say for one pattern, merged.</summary>
public sealed class AclRule
{
    internal AclRule(PathPattern pattern, string policy, PolicyRule rule)
    {
        Pattern = pattern;
        Sources = [new RuleSource(policy, rule)];
        Capabilities = rule.Capabilities;
        Parameters = rule.Parameters;
        WrapTtlMin = rule.WrapTtlMin;
        WrapTtlMax = rule.WrapTtlMax;
    }

    private AclRule(AclRule rule, IReadOnlyList<RuleSource> sources) => (Pattern, Sources) = (rule.Pattern, sources);

    /// <summary>The pattern, templates filled in.</summary>
    public PathPattern Pattern { get; }

    /// <summary>The rules that were merged, in the order of the policies.</summary>
    public IReadOnlyList<RuleSource> Sources { get; }

    /// <summary>What is granted; <see cref="Capability.Deny"/> alone when one of the rules denies.</summary>
    public Capability Capabilities { get; private init; }

    /// <summary>What is asked of parameters.</summary>
    public ParameterRules Parameters { get; private init; } = ParameterRules.None;

    /// <summary>The least life of a wrapped answer; null when not asked.</summary>
    public TimeSpan? WrapTtlMin { get; private init; }

    /// <summary>The longest life of a wrapped answer; null when not asked.</summary>
    public TimeSpan? WrapTtlMax { get; private init; }

    internal bool IsDeny => Capabilities == Capability.Deny;

    internal bool HasConditions => WrapTtlMin is not null || WrapTtlMax is not null || !Parameters.IsEmpty;

    /// <summary>The rule with another for the same pattern: capabilities add up, the shorter lives count, one deny is all.</summary>
    internal AclRule Merge(string policy, PolicyRule other)
    {
        IReadOnlyList<RuleSource> sources = [.. Sources, new RuleSource(policy, other)];
        if (IsDeny || other.Capabilities == Capability.Deny) return new AclRule(this, sources) { Capabilities = Capability.Deny };
        return new AclRule(this, sources)
        {
            Capabilities = Capabilities | other.Capabilities,
            Parameters = ParameterRules.Merge(Parameters, other.Parameters),
            WrapTtlMin = Lesser(WrapTtlMin, other.WrapTtlMin),
            WrapTtlMax = Lesser(WrapTtlMax, other.WrapTtlMax),
        };
    }

    private static TimeSpan? Lesser(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a < b ? a : b;
}
