using Strongroom.Formats;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>Rules against the mounts that are there.</summary>
internal static class LintMounts
{
    private static readonly string[] BuiltIn = ["sys/", "auth/", "identity/", "cubbyhole/"];

    private static readonly string[] KvApis = ["data", "metadata", "delete", "undelete", "destroy", "subkeys", "fields", "append", "config"];

    public static void Examine(LintRule rule, IReadOnlyList<LintMount> mounts, List<PolicyFinding> findings)
    {
        LintMount? at = null;
        var isKnown = false;
        foreach (var mount in mounts)
        {
            if (PathPattern.TryParse(mount.Path + "*") is { } under && PatternSets.Overlap(under, rule.Pattern)) isKnown = true;
            var bare = string.Equals(rule.Pattern.Body, mount.Path.TrimEnd('/'), StringComparison.Ordinal);
            if (bare) isKnown = true;
            if (bare || rule.Pattern.Body.StartsWith(mount.Path, StringComparison.Ordinal)) at = mount;
        }
        foreach (var path in BuiltIn)
            if (PatternSets.Overlap(PathPattern.TryParse(path + "*")!, rule.Pattern) || rule.Pattern.Body == path.TrimEnd('/')) isKnown = true;
        if (!isKnown)
        {
            var names = mounts.Select(m => m.Path).ToList();
            var first = rule.Pattern.Body.Split('/')[0] + "/";
            findings.Add(rule.Finding("unknown-mount", $"nothing is mounted where '{rule.Path}' points", NearestWord.Find(first, names) is { } near
                ? $"did you mean '{near}'?"
                : "there is " + string.Join(", ", names)));
        }
        if (at is { IsKvV2: true }) ExamineKv(rule, at.Path, findings);
    }

    private static void ExamineKv(LintRule rule, string mount, List<PolicyFinding> findings)
    {
        var rest = rule.Pattern.Body.Length > mount.Length ? rule.Pattern.Body[mount.Length..] : "";
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var api = slash < 0 ? rest : rest[..slash];
        var isOpen = slash < 0 && rule.Pattern.IsPrefix;
        if (api != "+" && !(isOpen ? KvApis.Any(known => known.StartsWith(api, StringComparison.Ordinal)) : KvApis.Contains(api)))
        {
            var asWritten = rule.Path.TrimStart('/');
            var written = asWritten.Length > mount.Length ? asWritten[mount.Length..] : "";
            var list = rule.Grants(Capability.List) || rule.IsDeny ? $"'{mount}metadata/{written}'" : "";
            var data = (rule.Rule.Capabilities & ~Capability.List) != Capability.None && written.Length > 0 ? $"'{mount}data/{written}'" : "";
            findings.Add(rule.Finding(
                "kv2-path", $"'{mount}' is KV v2, where no request has the path '{rule.Path}'",
                "write " + string.Join(" and ", new[] { data, list }.Where(t => t.Length > 0).DefaultIfEmpty($"'{mount}data/…'"))));
            return;
        }
        if (api != "data") return;
        if (rule.Grants(Capability.List))
        {
            findings.Add(rule.Finding(
                "kv2-list", $"names are not listed under '{mount}data/'", $"grant list on '{mount}metadata/{rule.Path.TrimStart('/')[(mount.Length + "data".Length)..].TrimStart('/')}'"));
        }
        var names = rule.Rule.Parameters;
        if (!names.IsEmpty && !names.Allowed.Keys.Concat(names.Denied.Keys).Concat(names.Required).All(n => n is "data" or "options" or "*" or "version"))
            findings.Add(rule.Finding("kv2-parameters", "the parameters of KV v2 are data and options, not the fields of the secret", "take the parameter rules out"));
    }
}
