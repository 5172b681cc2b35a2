using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>How policies become an <see cref="Acl"/>.</summary>
public sealed partial class Acl
{
    /// <summary>
    /// Compiles policies for one caller. A policy named <c>root</c> gives <see cref="Root"/>. A templated path without a value for the
    /// caller is left out. A value that would change what a path covers (a slash, <c>*</c>, <c>+</c>, …) leaves a granting rule out,
    /// and makes a denying one deny all that follows the place of the template.
    /// </summary>
    /// <param name="policies">The policies of the caller.</param>
    /// <param name="identity">What templates stand for; null for a caller without an identity.</param>
    public static Acl Compile(IEnumerable<AccessPolicy> policies, IdentityValues? identity = null)
    {
        var rules = new Dictionary<string, AclRule>();
        foreach (var policy in policies)
        {
            if (policy.Name == AccessPolicy.RootName) return Root;
            foreach (var rule in policy.Rules)
            {
                if (PatternOf(rule, identity ?? IdentityValues.None) is not { } pattern) continue;
                rules[pattern.Text] = rules.TryGetValue(pattern.Text, out var known)
                    ? known.Merge(policy.Name, rule)
                    : new AclRule(pattern, policy.Name, rule);
            }
        }
        return new Acl(rules.Values);
    }

    private static PathPattern? PatternOf(PolicyRule rule, IdentityValues identity)
    {
        if (!PathTemplate.IsTemplate(rule.Path)) return PathPattern.TryParse(rule.Path);
        return PathTemplate.Fill(rule.Path, identity, out var filled) switch
        {
            TemplateResult.Filled => PathPattern.TryParse(filled),
            TemplateResult.Hostile when rule.Capabilities == Capability.Deny => PathPattern.TryParse(PathTemplate.BeginningOf(rule.Path).TrimEnd('+') + "*"),
            _ => null,
        };
    }
}
