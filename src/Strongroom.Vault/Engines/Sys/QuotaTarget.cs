using Strongroom.Vault.Auth;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>What a quota is about, as requests say it.</summary>
internal static class QuotaTarget
{
    /// <summary>Path and role, or those from before. Throws InvalidInput when there is no such mount, or another quota is about the same.</summary>
    public static (string Path, string Role) Read(VaultSystem system, RequestFields fields, string name, Quota? known, IReadOnlyList<Quota> all)
    {
        fields.Know("type");
        var path = (fields.Text("path") ?? known?.Path ?? "").TrimStart('/');
        var mount = path.Length == 0 ? null : system.Mounts.Table.Find(path.EndsWith('/') ? path : path + "/");
        if (path.Length > 0 && mount is null) throw RequestFields.Invalid($"invalid mount path \"{path}\"");
        if (mount is not null && path.Length < mount.Path.Length) path = mount.Path;
        if (fields.Flag("inheritable") is { } inheritable && inheritable != (path.Length == 0))
            throw RequestFields.Invalid("'inheritable' is about namespaces, which are not there: it is true without a path and false with one");
        var role = fields.Text("role") ?? known?.Role ?? "";
        if (role.Length > 0)
        {
            if (mount?.Engine is not AuthEngine) throw RequestFields.Invalid($"Mount path \"{path}\" is not a valid auth method and therefore unsuitable for use with role-based quotas");
            if (path.Length > mount.Path.Length)
                throw RequestFields.Invalid("Quotas cannot contain both a path suffix and a role. If a role is provided, path must be a valid auth mount with a concept of roles");
        }
        foreach (var other in all)
        {
            if (string.Equals(other.Path, path, StringComparison.Ordinal) && string.Equals(other.Role, role, StringComparison.OrdinalIgnoreCase) && !string.Equals(other.Name, name, StringComparison.Ordinal))
                throw RequestFields.Invalid($"quota rule with similar properties exists under the name \"{other.Name}\"");
        }
        return (path, role);
    }
}
