using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>locked-users</c>: who is locked out after failed logins; <c>locked-users/:accessor/unlock/:name</c> lets one in again.</summary>
internal static class PathLockedUsers
{
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Argument.Length == 0 && call.Request.Operation == VaultOperation.Read) return new(Read(call));
        if (!call.IsWrite || call.Argument.Split('/') is not [{ Length: > 0 } accessor, "unlock", { Length: > 0 } name]) throw call.Unsupported();
        call.System.LoginFailures.Clear(accessor, name.ToLowerInvariant());
        call.System.LoginFailures.Clear(accessor, name);
        return new(VaultResponse.Done(0));
    }

    private static VaultResponse Read(SysCall call)
    {
        var locked = call.System.LoginFailures.Locked(call.System.Mounts.Table);
        if (call.Request.Query.TryGetValue("mount_accessor", out var only))
        {
            foreach (var accessor in locked.Keys.ToArray())
            {
                if (!string.Equals(accessor, only, StringComparison.Ordinal)) locked.Remove(accessor);
            }
        }
        var total = locked.Values.Sum(names => names.Count);
        return VaultResponse.Ok(writer =>
        {
            writer.WriteStartArray("by_namespace"u8);
            if (total > 0)
            {
                writer.WriteStartObject();
                writer.WriteNumber("counts"u8, total);
                writer.WriteStartArray("mount_accessors"u8);
                foreach (var (accessor, names) in locked)
                {
                    writer.WriteStartObject();
                    writer.WriteStrings("alias_identifiers", names);
                    writer.WriteNumber("counts"u8, names.Count);
                    writer.WriteString("mount_accessor"u8, accessor);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
                writer.WriteString("namespace_id"u8, "root"u8);
                writer.WriteString("namespace_path"u8, ""u8);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteNumber("total"u8, total);
        });
    }
}
