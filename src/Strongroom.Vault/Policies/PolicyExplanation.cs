using System.Text;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>A rule that fits the path too but did not decide.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Reason">Why the other one came first.</param>
public sealed record RunnerUp(AclRule Rule, string Reason);

/// <summary>Why a request is allowed or not.</summary>
/// <param name="Path">The path.</param>
/// <param name="Needed">What was needed.</param>
/// <param name="Decision">The decision and the rule that made it.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="RunnersUp">Other rules that fit the path, closest first.</param>
public sealed record PolicyExplanation(string Path, Capability Needed, AclDecision Decision, string Reason, IReadOnlyList<RunnerUp> RunnersUp)
{
    /// <summary>All of it in lines to print.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Decision.IsAllowed ? "allowed" : "denied").Append(": ").AppendJoin(", ", CapabilityNames.InRule(Needed)).Append(" on ").Append(Path).Append('\n');
        text.Append("  ").Append(Reason).Append('\n');
        if (Decision.Rule is { } rule)
            foreach (var source in rule.Sources) Append(text, "  decided by ", source).Append('\n');
        foreach (var other in RunnersUp)
            foreach (var source in other.Rule.Sources) Append(text, "  not used: ", source).Append(": ").Append(other.Reason).Append('\n');
        return text.ToString();
    }

    private static StringBuilder Append(StringBuilder text, string lead, RuleSource source)
    {
        text.Append(lead).Append("policy ").Append(source.Policy);
        if (source.Rule.Line > 0) text.Append(" line ").Append(source.Rule.Line);
        return text.Append(": path \"").Append(source.Rule.Path).Append("\" ").AppendJoin(", ", CapabilityNames.Of(source.Rule.Capabilities));
    }
}
