using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>
/// What a caller may do, compiled from the caller's policies into an immutable snapshot. One rule decides: the exact path, or else
/// the closest pattern (<see cref="PathPattern"/>), as in Vault. Rules of all policies for one pattern are merged first, and a
/// deny among them is all that is left. Where no rule fits, nothing is allowed.
/// </summary>
public sealed partial class Acl
{
    private readonly RuleIndex? _index;

    private Acl(IReadOnlyCollection<AclRule> rules) => (Rules, _index) = (rules, new RuleIndex(rules));

    // Both are decided before anything is looked up: opening one's own vault builds no index.
    private Acl(bool isRoot) => (Rules, IsRoot) = ([], isRoot);

    /// <summary>Everything, everywhere.</summary>
    public static Acl Root { get; } = new(isRoot: true);

    /// <summary>Nothing, nowhere.</summary>
    public static Acl Nothing { get; } = new(isRoot: false);

    /// <summary>True for <see cref="Root"/>.</summary>
    public bool IsRoot { get; }

    /// <summary>The merged rules, in no order; none for <see cref="Root"/>.</summary>
    public IReadOnlyCollection<AclRule> Rules { get; }

    /// <summary>Decides on one request. Allocates nothing unless the rule that fits has something to say of parameters.</summary>
    /// <param name="path">Mount and path inside it; leading slashes do not count.</param>
    /// <param name="needed">What the request needs, all of it. <see cref="Capability.List"/> takes the path for a folder.</param>
    /// <param name="body">The parameters: the JSON body. Empty when there are none.</param>
    /// <param name="wrapTtl">The life asked for a wrapped answer; null for an answer that is not wrapped.</param>
    /// <param name="query">The query, whose parameters are those of a read; null when there is none.</param>
    public AclDecision Check(
        ReadOnlySpan<char> path, Capability needed, ReadOnlySpan<byte> body = default, TimeSpan? wrapTtl = null, IReadOnlyDictionary<string, string>? query = null)
    {
        if (_index is null) return new AclDecision(IsRoot ? AclOutcome.Root : AclOutcome.NoRule, null);
        path = path.TrimStart('/');
        if (IsUnclear(path)) return new AclDecision(AclOutcome.UnclearPath, null);
        var rule = (needed & Capability.List) != Capability.None ? _index.FindForList(path) : _index.Find(path);
        if (rule is null) return new AclDecision(AclOutcome.NoRule, null);
        if (rule.IsDeny) return new AclDecision(AclOutcome.Denied, rule);
        if (needed == Capability.None || (rule.Capabilities & needed) != needed) return new AclDecision(AclOutcome.NotGranted, rule);
        if (!rule.HasConditions) return new AclDecision(AclOutcome.Granted, rule);
        // As in Vault either bound also asks that the answer be wrapped.
        if (rule.WrapTtlMin is { } min && (wrapTtl is null || wrapTtl < min)) return new AclDecision(AclOutcome.WrapTtlRefused, rule);
        if (rule.WrapTtlMax is { } max && (wrapTtl is null || wrapTtl > max)) return new AclDecision(AclOutcome.WrapTtlRefused, rule);
        return new AclDecision(ParameterCheck.Allows(rule.Parameters, needed, body, query) ? AclOutcome.Granted : AclOutcome.ParameterRefused, rule);
    }

    /// <summary>
    /// What <c>sys/capabilities</c> answers for a path: <see cref="Capability.Root"/>, <see cref="Capability.Deny"/>, or what is granted.
    /// Parameters are not looked at. A path that ends with a slash is taken for a folder.
    /// </summary>
    public Capability CapabilitiesAt(ReadOnlySpan<char> path)
    {
        if (_index is null) return IsRoot ? Capability.Root : Capability.Deny;
        path = path.TrimStart('/');
        if (IsUnclear(path)) return Capability.Deny;
        var rule = path.EndsWith('/') ? _index.FindForList(path) : _index.Find(path);
        return rule is null || rule.Capabilities == Capability.None ? Capability.Deny : rule.Capabilities;
    }

    /// <summary>Whether anything is granted at the path or below it: what the caller has reason to know of.</summary>
    /// <param name="prefix">A path that ends with a slash.</param>
    public bool AllowsBelow(string prefix)
    {
        if (IsRoot) return true;
        foreach (var rule in Rules)
        {
            if (rule.Capabilities is Capability.Deny or Capability.None) continue;
            var head = rule.Pattern.Body.AsSpan(0, Math.Min(rule.Pattern.FirstWildcard, rule.Pattern.Body.Length));
            if (head.StartsWith(prefix, StringComparison.Ordinal) || (!rule.Pattern.IsExact && prefix.AsSpan().StartsWith(head, StringComparison.Ordinal)))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Paths that no engine can mean are refused before a broad rule could allow them: whatever read <c>a//b</c> or <c>a/../b</c> as
    /// another path would get around a closer rule for that path.
    /// </summary>
    private static bool IsUnclear(ReadOnlySpan<char> path)
    {
        if (path.IndexOf("//") >= 0) return true;
        if (!path.Contains('.')) return false;
        foreach (var range in path.Split('/'))
            if (path[range] is "." or "..") return true;
        return false;
    }
}
