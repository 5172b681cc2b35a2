using FsCheck;
using FsCheck.Fluent;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Tests.Vault.Policies;

/// <summary>Rules and paths of few letters, so that they often meet.</summary>
internal static class PolicyGenerators
{
    private static readonly Gen<string> Segment = Gen.Frequency((6, Gen.Elements("a", "b", "ab", "A")), (2, Gen.Constant("+")), (1, Gen.Elements("", "a+", "*a")));

    private static readonly Gen<Capability> Capabilities = Gen.Frequency(
        (5, Gen.Choose(0, 127).Select(bits => (Capability)bits)), (1, Gen.Constant(Capability.Deny)));

    private static readonly Gen<string> Pattern =
        from segments in Segment.NonEmptyListOf()
        from end in Gen.Frequency((3, Gen.Constant("")), (2, Gen.Constant("*")), (1, Gen.Constant("/")))
        let text = string.Join('/', segments.Take(4)) + end
        select text.Contains("+*", StringComparison.Ordinal) ? text.Replace("+*", "+/*", StringComparison.Ordinal) : text;

    private static readonly Gen<PolicyRule> Rule =
        from path in Pattern
        from capabilities in Capabilities
        from required in Gen.Frequency((5, Gen.Constant("")), (1, Gen.Elements("x", "y\"z")))
        from ttl in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Choose(1, 100)))
        select new PolicyRule(path, capabilities)
        {
            Parameters = required.Length == 0 ? ParameterRules.None : new ParameterRules
            {
                Required = [required],
                Allowed = new Dictionary<string, IReadOnlyList<ParameterValue>> { ["p"] = [ParameterValue.Of("v*"), ParameterValue.Of(1.5), ParameterValue.Of(true)], ["*"] = [] },
            },
            WrapTtlMin = ttl == 0 ? null : TimeSpan.FromSeconds(ttl),
        };

    public static Arbitrary<IReadOnlyList<PolicyRule>> Rules { get; } = Rule.ListOf().Select(l => (IReadOnlyList<PolicyRule>)[.. l]).ToArbitrary();

    public static Arbitrary<IReadOnlyList<PolicyRule>> PlainRules { get; } =
        (from path in Pattern from capabilities in Capabilities select new PolicyRule(path, capabilities))
        .ListOf().Select(l => (IReadOnlyList<PolicyRule>)[.. l]).ToArbitrary();

    public static Arbitrary<string> Paths { get; } =
        (from segments in Gen.Elements("a", "b", "ab", "A", "aB", "+", "*a", "").NonEmptyListOf()
         from end in Gen.Frequency((3, Gen.Constant("")), (1, Gen.Constant("/")))
         select string.Join('/', segments.Take(5)) + end).ToArbitrary();

    public static Arbitrary<Capability> Needed { get; } = Gen.Elements(Capability.Read, Capability.List, Capability.Update, Capability.Create | Capability.Sudo).ToArbitrary();
}
