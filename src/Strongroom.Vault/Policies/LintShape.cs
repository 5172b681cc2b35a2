using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>What is odd about a rule by itself.</summary>
internal static class LintShape
{
    public static void Examine(LintRule rule, List<PolicyFinding> findings)
    {
        var body = rule.Pattern.Body;
        if (body.Contains('*'))
        {
            findings.Add(rule.Finding(
                "star-inside", $"'*' in the middle of '{rule.Path}' stands for itself", $"write '{(rule.Path[..^1].Replace('*', '+') + rule.Path[^1])}' for any one segment"));
        }
        foreach (var range in body.AsSpan().Split('/'))
        {
            var segment = body.AsSpan(range);
            if (segment.Length > 1 && segment.Contains('+'))
            {
                findings.Add(rule.Finding("plus-inside", $"'+' inside the segment '{segment}' stands for itself", "let + be a whole segment, or end the path with *"));
                break;
            }
        }
        if (IsNeverAsked(body))
            findings.Add(rule.Finding("never-matched", $"no request has a path like '{rule.Path}'", "write one slash between segments, and none at the beginning"));
        if (rule.Rule.Capabilities == Capability.None)
            findings.Add(rule.Finding("grants-nothing", $"'{rule.Path}' grants nothing, and hides broader rules", "write capabilities = [\"deny\"] if that is meant"));
    }

    private static bool IsNeverAsked(string body)
    {
        if (body.StartsWith('/') || body.Contains("//", StringComparison.Ordinal)) return true;
        foreach (var range in body.AsSpan().Split('/'))
            if (body.AsSpan(range) is "." or "..") return true;
        return false;
    }
}
