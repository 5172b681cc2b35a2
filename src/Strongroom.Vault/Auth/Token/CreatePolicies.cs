using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary>Which policies a new token gets: by the rules of its role, else no more than its parent has unless sudo allows it.</summary>
internal static class CreatePolicies
{
    public static string[] Of(RequestFields fields, TokenEntry parent, TokenRole? role, bool sudo)
    {
        var noDefault = fields.Flag("no_default_policy") == true || role?.Token.NoDefaultPolicy == true;
        var wanted = fields.Names("policies") ?? [];
        var names = role is not null && (role.AllowedPolicies.Length > 0 || role.AllowedPoliciesGlob.Length > 0
            || role.DisallowedPolicies.Length > 0 || role.DisallowedPoliciesGlob.Length > 0)
            ? ByRole(wanted, parent, role, noDefault)
            : ByParent(wanted, parent, noDefault, sudo);
        if (names is [PolicyStore.Root] && !IsRoot(parent)) throw RequestFields.Invalid("root tokens may not be created without parent token being root");
        // By that policy wrapping tokens are known: one that was made by hand would hold whatever its maker likes.
        return names.Contains(ResponseWrapping.PolicyName, StringComparer.Ordinal) ? throw RequestFields.Invalid($"cannot assign policy \"{ResponseWrapping.PolicyName}\"") : names;
    }

    private static string[] ByRole(string[] wanted, TokenEntry parent, TokenRole role, bool noDefault)
    {
        noDefault |= IsDisallowed(role, PolicyStore.Default);
        var names = wanted.Length > 0 ? Logins.PolicyNames(wanted, noDefault) : null;
        if (role.AllowedPolicies.Length > 0 || role.AllowedPoliciesGlob.Length > 0)
        {
            var allowed = Logins.PolicyNames(role.AllowedPolicies, noDefault);
            names ??= allowed;
            foreach (var name in names)
            {
                if (!allowed.Contains(name, StringComparer.Ordinal) && !MatchesAny(role.AllowedPoliciesGlob, name))
                    throw RequestFields.Invalid($"token policies ({Quoted(names)}) must be subset of the role's allowed policies ({Quoted(allowed)}) or glob policies ({Quoted(role.AllowedPoliciesGlob)})");
            }
        }
        names ??= Logins.PolicyNames(parent.Policies, noDefault);
        foreach (var name in names)
        {
            if (IsDisallowed(role, name)) throw RequestFields.Invalid($"token policy \"{name}\" is disallowed by this role");
        }
        return names;
    }

    private static string[] ByParent(string[] wanted, TokenEntry parent, bool noDefault, bool sudo)
    {
        if (wanted.Length == 0)
            return noDefault ? [.. parent.Policies.Where(name => !string.Equals(name, PolicyStore.Default, StringComparison.Ordinal))] : parent.Policies;
        var names = Logins.PolicyNames(wanted, noDefault);
        if (sudo || IsRoot(parent)) return names;
        foreach (var name in names)
        {
            if (!parent.Policies.Contains(name, StringComparer.Ordinal) && !string.Equals(name, PolicyStore.Default, StringComparison.Ordinal))
                throw RequestFields.Invalid("child policies must be subset of parent");
        }
        return names;
    }

    private static bool IsRoot(TokenEntry token) => token.Policies.Contains(PolicyStore.Root, StringComparer.Ordinal);

    private static bool IsDisallowed(TokenRole role, string name) =>
        role.DisallowedPolicies.Contains(name, StringComparer.Ordinal) || MatchesAny(role.DisallowedPoliciesGlob, name);

    private static bool MatchesAny(string[] globs, string name)
    {
        foreach (var glob in globs)
        {
            if (Glob.Matches(glob.Trim().ToLowerInvariant(), name)) return true;
        }
        return false;
    }

    private static string Quoted(string[] names) => "[" + string.Join(' ', names.Select(name => $"\"{name}\"")) + "]";
}
