using System.Text.RegularExpressions;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Tests.Vault.Policies;

/// <summary>The matching rules as they are documented, written for reading: every rule is tried, and the list is sorted.</summary>
internal static class ReferenceAcl
{
    public static bool Allows(IReadOnlyList<PolicyRule> rules, string path, Capability needed)
    {
        path = path.TrimStart('/');
        if (path.Contains("//", StringComparison.Ordinal)) return false;
        var folded = rules.GroupBy(r => r.Path.StartsWith('/') ? r.Path[1..] : r.Path)
            .Select(g => (Path: g.Key, Capabilities: g.Any(r => r.Capabilities == Capability.Deny) ? Capability.Deny : g.Aggregate(Capability.None, (c, r) => c | r.Capabilities)))
            .ToList();
        var chosen = needed.HasFlag(Capability.List) ? ForList(folded, path.TrimEnd('/')) : Exact(folded, path) ?? Pattern(folded, path)?.Capabilities;
        return chosen is { } capabilities && (capabilities & needed) == needed;
    }

    private static Capability? ForList(List<(string Path, Capability Capabilities)> rules, string path)
    {
        if ((Exact(rules, path + "/") ?? Exact(rules, path)) is { } exact) return exact;
        var both = new[] { Pattern(rules, path + "/"), Pattern(rules, path) }.Where(p => p is not null).Select(p => p!.Value).ToList();
        if (both.Count == 0) return null;
        if (both.Any(p => p.Capabilities == Capability.Deny)) return Capability.Deny;
        return both.OrderByDescending(p => Closeness(p.Path)).First().Capabilities;
    }

    private static Capability? Exact(List<(string Path, Capability Capabilities)> rules, string path)
    {
        var exact = rules.Where(r => !IsPattern(r.Path)).ToList();
        if (exact.Any(r => r.Capabilities == Capability.Deny && r.Path.Equals(path, StringComparison.OrdinalIgnoreCase))) return Capability.Deny;
        return exact.Where(r => r.Path == path).Select(r => (Capability?)r.Capabilities).FirstOrDefault();
    }

    private static (string Path, Capability Capabilities)? Pattern(List<(string Path, Capability Capabilities)> rules, string path)
    {
        var fitting = rules
            .Where(r => IsPattern(r.Path))
            .Where(r => Regex.IsMatch(path, Expression(r.Path), r.Capabilities == Capability.Deny ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.None))
            .OrderByDescending(r => Closeness(r.Path))
            .ThenByDescending(r => r.Capabilities == Capability.Deny)
            .ThenByDescending(r => r.Path.TrimEnd('*'), StringComparer.Ordinal)
            .ToList();
        return fitting.Count == 0 ? null : fitting[0];
    }

    private static bool IsPattern(string path) => path.EndsWith('*') || path.Split('/').Contains("+");

    private static string Expression(string path)
    {
        var body = path.EndsWith('*') ? path[..^1] : path;
        var segments = body.Split('/').Select(s => s == "+" ? "[^/]*" : Regex.Escape(s));
        return @"\A" + string.Join('/', segments) + (path.EndsWith('*') ? "" : @"\z");
    }

    private static (int First, bool IsWhole, int FewerWildcards, int Length) Closeness(string path)
    {
        var body = path.EndsWith('*') ? path[..^1] : path;
        var first = path.EndsWith('*') ? body.Length : int.MaxValue;
        var at = 0;
        var wildcards = 0;
        foreach (var segment in body.Split('/'))
        {
            if (segment == "+")
            {
                first = Math.Min(first, at);
                wildcards++;
            }
            at += segment.Length + 1;
        }
        return (first, !path.EndsWith('*'), -wildcards, body.Length);
    }
}
