using Strongroom.Formats;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>One expectation: who may do what where.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Path">The path.</param>
/// <param name="Operations">The operations, as words; each is a case of its own.</param>
/// <param name="IsAllowed">What is expected of each.</param>
public sealed record PolicyCase(int Line, string Path, IReadOnlyList<string> Operations, bool IsAllowed)
{
    /// <summary>The policies of the caller; null for all that are tested.</summary>
    public IReadOnlyList<string>? Policies { get; init; }

    /// <summary>What templates stand for.</summary>
    public IdentityValues Identity { get; init; } = IdentityValues.None;
}

/// <summary>What one operation of one case gave.</summary>
/// <param name="Case">The case.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Explanation">The decision and why.</param>
public sealed record PolicyCaseResult(PolicyCase Case, string Operation, PolicyExplanation Explanation)
{
    /// <summary>True when the decision is the expected one.</summary>
    public bool Passed => Explanation.Decision.IsAllowed == Case.IsAllowed;

    /// <summary><c>ok    12: read secret/data/app: allowed</c>, and the reason where it is not as expected.</summary>
    public override string ToString()
    {
        var decided = Explanation.Decision.IsAllowed ? "allowed" : "denied";
        var line = $"{(Passed ? "ok    " : "FAILED")} {Case.Line}: {Operation} {Case.Path}: {decided}";
        return Passed ? line : $"{line}, expected {(Case.IsAllowed ? "allow" : "deny")}: {Explanation.Reason}";
    }
}

/// <summary>What reading a case file gave.</summary>
/// <param name="Cases">The cases in their order; empty when the file has a fault.</param>
/// <param name="Faults">All that is wrong with the file, by place.</param>
public sealed record PolicyCaseReading(IReadOnlyList<PolicyCase> Cases, IReadOnlyList<TextFault> Faults);

/// <summary>Tests of policies, written as a list of cases in YAML or JSON.</summary>
public static class PolicyCases
{
    /// <summary>Reads a case file. Whatever the text is, this returns cases or faults.</summary>
    public static PolicyCaseReading Read(string text, string file = "")
    {
        var faults = new TextFaults();
        var cases = new List<PolicyCase>();
        if (new YamlTree(file, faults).Read(text) is { } root) cases = new PolicyCaseReader(faults).Read(root);
        return faults.IsEmpty ? new PolicyCaseReading(cases, []) : new PolicyCaseReading([], faults.InOrder);
    }

    /// <summary>Runs every operation of every case. A case that names a policy that is not there throws InvalidInput.</summary>
    public static IReadOnlyList<PolicyCaseResult> Run(IReadOnlyList<PolicyCase> cases, IReadOnlyList<AccessPolicy> policies)
    {
        var results = new List<PolicyCaseResult>();
        foreach (var one in cases)
        {
            var acl = Acl.Compile(Pick(one, policies), one.Identity);
            foreach (var operation in one.Operations)
            {
                if (!Policies.Operations.TryParse(operation, out var needed)) needed = Capability.None;
                results.Add(new PolicyCaseResult(one, operation, PolicyExplain.Explain(acl, one.Path, needed)));
            }
        }
        return results;
    }

    private static IReadOnlyList<AccessPolicy> Pick(PolicyCase one, IReadOnlyList<AccessPolicy> policies)
    {
        if (one.Policies is not { } names) return policies;
        var picked = new List<AccessPolicy>();
        foreach (var name in names)
        {
            var policy = name == AccessPolicy.RootName ? AccessPolicy.Root : policies.FirstOrDefault(p => p.Name == name);
            picked.Add(policy ?? throw new Secrets.SecretException(
                Secrets.SecretErrorKind.InvalidInput, $"line {one.Line}: there is no policy '{TextFaults.Shorten(name)}'", operation: "test policies",
                help: NearestWord.Find(name, [.. policies.Select(p => p.Name)]) is { } near ? $"did you mean '{near}'?" : null));
        }
        return picked;
    }
}
