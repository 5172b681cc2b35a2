using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class AclPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(12);

    [Fact]
    public void Check_decides_as_the_reference_does() => Prop.ForAll(PolicyGenerators.PlainRules, PolicyGenerators.Paths, PolicyGenerators.Needed, (rules, path, needed) =>
    {
        var acl = Acl.Compile([new AccessPolicy("p", "", rules)]);
        return acl.Check(path, needed).IsAllowed == ReferenceAcl.Allows(rules, path, needed);
    }).Check(Many);

    [Fact]
    public void Order_of_rules_and_policies_does_not_matter() => Prop.ForAll(PolicyGenerators.PlainRules, PolicyGenerators.Paths, (rules, path) =>
    {
        var one = Acl.Compile([new AccessPolicy("p", "", rules)]);
        var split = Acl.Compile(rules.Reverse().Select((r, i) => new AccessPolicy($"p{i}", "", [r])));
        return one.CapabilitiesAt(path) == split.CapabilitiesAt(path) && one.CapabilitiesAt(path + "/") == split.CapabilitiesAt(path + "/");
    }).Check(Many);

    [Fact]
    public void More_denials_never_allow_more() => Prop.ForAll(PolicyGenerators.PlainRules, PolicyGenerators.PlainRules, PolicyGenerators.Paths, (rules, more, path) =>
    {
        var before = Acl.Compile([new AccessPolicy("p", "", rules)]);
        var after = Acl.Compile([new AccessPolicy("p", "", rules), new AccessPolicy("q", "", [.. more.Select(r => r with { Capabilities = Capability.Deny })])]);
        return !after.Check(path, Capability.List).IsAllowed || before.Check(path, Capability.List).IsAllowed;
    }).Check(Many);

    [Fact]
    public void Pattern_sets_agree_with_matching() => Prop.ForAll(PolicyGenerators.PlainRules, PolicyGenerators.Paths, (rules, path) =>
    {
        var patterns = rules.Select(r => PathPattern.TryParse(r.Path)!).ToList();
        foreach (var a in patterns)
        {
            foreach (var b in patterns)
            {
                var inA = a.Matches(path, StringComparison.Ordinal);
                var inB = b.Matches(path, StringComparison.Ordinal);
                if (PatternSets.Covers(a, b) && inB && !inA) return false;
                if (!PatternSets.Overlap(a, b) && inA && inB) return false;
            }
        }
        return true;
    }).Check(Many);

    [Fact]
    public void Explanation_and_decision_agree() => Prop.ForAll(PolicyGenerators.PlainRules, PolicyGenerators.Paths, PolicyGenerators.Needed, (rules, path, needed) =>
    {
        var acl = Acl.Compile([new AccessPolicy("p", "", rules)]);
        var explanation = PolicyExplain.Explain(acl, path, needed);
        explanation.Reason.ShouldNotBeEmpty();
        return explanation.Decision == acl.Check(path, needed) && explanation.RunnersUp.All(r => r.Rule != explanation.Decision.Rule);
    }).Check(Many);
}
