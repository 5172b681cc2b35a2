using Strongroom.Secrets;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/internal/ui/mounts</c> and <c>/:path</c>: the mounts that the caller may use. The second is how clients find out the version of a KV
/// mount without any right on <c>sys/mounts</c>.
/// </summary>
internal static class PathInternalUiMounts
{
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        return new(call.Argument.Length == 0 ? All(call) : One(call));
    }

    private static VaultResponse All(SysCall call)
    {
        var mounts = call.System.Mounts.Table.All.ToArray();
        return VaultResponse.Ok(writer =>
        {
            writer.WriteStartObject("auth"u8);
            foreach (var mount in mounts)
            {
                if (mount.Entry!.IsAuth && MaySee(call, mount.Entry)) MountAnswer.Write(writer, mount.Path["auth/".Length..], mount.Entry);
            }
            writer.WriteEndObject();
            writer.WriteStartObject("secret"u8);
            foreach (var mount in mounts)
            {
                if (!mount.Entry!.IsAuth && MaySee(call, mount.Entry)) MountAnswer.Write(writer, mount.Path, mount.Entry);
            }
            writer.WriteEndObject();
        });
    }

    private static VaultResponse One(SysCall call)
    {
        var path = call.Argument.EndsWith('/') ? call.Argument : call.Argument + "/";
        if (call.System.Mounts.Table.Find(path)?.Entry is not { } entry || !MaySee(call, entry))
            throw new SecretException(SecretErrorKind.Denied, "preflight capability check returned 403, please ensure client's policies grant access to path \"" + path + "\"");
        return VaultResponse.Ok(writer =>
        {
            writer.WriteString("path"u8, entry.Path);
            MountAnswer.WriteMembers(writer, entry);
        });
    }

    private static bool MaySee(SysCall call, MountEntry entry) => call.Context.Caller.Acl.AllowsBelow(entry.Path);
}
