using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>Rights that reach further than they look, and sudo that reaches nothing.</summary>
internal static class LintReach
{
    private const Capability Writes = Capability.Create | Capability.Update | Capability.Patch | Capability.Delete | Capability.Sudo;

    private static readonly string[] Broad = ["", "sys/", "auth/", "identity/"];

    /// <summary>Who writes here can give himself any right.</summary>
    private static PathPattern[] Levers => Array.ConvertAll(
        ["sys/policy/+", "sys/policies/acl/+", "auth/token/create-orphan", "identity/entity/id/+", "sys/raw/*"], static text => PathPattern.TryParse(text)!);

    public static void Examine(LintRule rule, List<PolicyFinding> findings)
    {
        if (rule.IsDeny) return;
        var isBroad = rule.Pattern.IsPrefix && (Broad.Contains(rule.Pattern.Body) || rule.Pattern.Body.AsSpan().Trim("+/").IsEmpty);
        if (isBroad && rule.Rule.Capabilities != Capability.None)
        {
            findings.Add(rule.Finding("too-broad", $"'{rule.Path}' covers {(rule.Pattern.Body.Length == 0 ? "everything" : "all of " + rule.Path.TrimEnd('*'))}, also what is mounted later", "name the mounts and folders that are needed"));
        }
        else if (rule.Grants(Writes))
        {
            foreach (var lever in Levers)
            {
                if (!PatternSets.Overlap(lever, rule.Pattern)) continue;
                findings.Add(rule.Finding("escalation", $"whoever may write at '{rule.Path}' can take every other right", "grant it to administrators alone"));
                break;
            }
        }
        if (rule.Grants(Capability.Sudo) && !ProtectedPaths.Overlap(rule.Pattern))
            findings.Add(rule.Finding("needless-sudo", $"no path under '{rule.Path}' asks for sudo", "take \"sudo\" out"));
    }
}
