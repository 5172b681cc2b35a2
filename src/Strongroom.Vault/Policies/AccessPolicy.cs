using Strongroom.Formats;
using Strongroom.Vault.Hcl;

namespace Strongroom.Vault.Policies;

/// <summary>What reading a policy gave: the policy, or what is wrong with its text.</summary>
/// <param name="Policy">The policy; null when the text has a fault.</param>
/// <param name="Faults">All that is wrong with the text, by place.</param>
public sealed record PolicyReading(AccessPolicy? Policy, IReadOnlyList<TextFault> Faults);

/// <summary>A named set of rules, as Vault's policies in HCL or JSON.</summary>
public sealed class AccessPolicy
{
    /// <summary>The name of the policy that allows everything.</summary>
    public const string RootName = "root";

    /// <summary>The name of the policy that tokens have unless they are made without it.</summary>
    public const string DefaultName = "default";

    internal AccessPolicy(string name, string text, IReadOnlyList<PolicyRule> rules) => (Name, Text, Rules) = (name, text, rules);

    /// <summary>The policy that allows everything. It has no text.</summary>
    public static AccessPolicy Root { get; } = new(RootName, "", []);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The text it was read from.</summary>
    public string Text { get; }

    /// <summary>Its rules in the order of the text; a path may stand in it more than once.</summary>
    public IReadOnlyList<PolicyRule> Rules { get; }

    /// <summary>True when a path depends on who asks.</summary>
    public bool IsTemplated
    {
        get
        {
            foreach (var rule in Rules)
                if (PathTemplate.IsTemplate(rule.Path)) return true;
            return false;
        }
    }

    /// <summary>Reads a policy in HCL or JSON. Whatever the text is, this returns a policy or faults.</summary>
    /// <param name="name">Name of the policy.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="file">How faults call the text; empty for none.</param>
    public static PolicyReading Read(string name, string text, string file = "") => Read(name, text, file, line: 1, indentation: 0);

    /// <summary>
    /// Reads a policy; throws <see cref="Secrets.SecretErrorKind.InvalidInput"/> with every fault, its line and column, when the text is
    /// not a policy or says something that is not understood.
    /// </summary>
    public static AccessPolicy Parse(string name, string text)
    {
        var reading = Read(name, text);
        return reading.Policy ?? throw FormatFaults.ToException(reading.Faults, "the policy");
    }

    internal static PolicyReading Read(string name, string text, string file, int line, int indentation)
    {
        var document = HclDocument.Read(text, file, line, indentation);
        if (document.Body is not { } body) return new PolicyReading(null, document.Faults);
        var faults = new TextFaults();
        var rules = new PolicyReader(file, faults).ReadRules(body);
        return faults.IsEmpty ? new PolicyReading(new AccessPolicy(name, text, rules), []) : new PolicyReading(null, faults.InOrder);
    }
}
