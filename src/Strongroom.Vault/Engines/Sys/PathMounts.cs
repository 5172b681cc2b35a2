using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/mounts</c> and <c>sys/auth</c>: list, mount, tune and unmount engines and ways to log in.</summary>
internal static class PathMounts
{
    private const string AuthPrefix = "auth/";
    private const string Tune = "/tune";

    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken) => HandleAsync(call, "", cancellationToken);

    public static ValueTask<VaultResponse> HandleAuthAsync(SysCall call, CancellationToken cancellationToken) => HandleAsync(call, AuthPrefix, cancellationToken);

    private static async ValueTask<VaultResponse> HandleAsync(SysCall call, string prefix, CancellationToken cancellationToken)
    {
        var argument = call.Argument.Trim('/');
        var tune = argument.EndsWith(Tune, StringComparison.Ordinal);
        var path = prefix + (tune ? argument[..^Tune.Length] : argument) + "/";
        var mount = call.System.Mounts.Table.All.ToArray().FirstOrDefault(mount => string.Equals(mount.Path, path, StringComparison.Ordinal))?.Entry;
        return call.Request.Operation switch
        {
            VaultOperation.Read when argument.Length == 0 => List(call, prefix),
            VaultOperation.Read when tune => ReadTune(call, mount ?? throw NoMount(path)),
            VaultOperation.Read => VaultResponse.Ok(writer => MountAnswer.WriteMembers(writer, mount ?? throw NoMount(path))),
            VaultOperation.Create or VaultOperation.Update when tune => await TuneAsync(call, mount ?? throw NoMount(path), cancellationToken),
            VaultOperation.Create or VaultOperation.Update when argument.Length > 0 => await EnableAsync(call, path, prefix, cancellationToken),
            VaultOperation.Delete when argument.Length > 0 => await DisableAsync(call, path, mount, cancellationToken),
            _ => throw call.Unsupported(),
        };
    }

    private static VaultResponse List(SysCall call, string prefix)
    {
        var mounts = call.System.Mounts.Table.All.ToArray();
        return VaultResponse.Ok(writer =>
        {
            foreach (var mount in mounts.OrderBy(mount => mount.Path, StringComparer.Ordinal))
            {
                if (mount.Entry!.IsAuth == (prefix.Length > 0)) MountAnswer.Write(writer, mount.Path[prefix.Length..], mount.Entry);
            }
        });
    }

    private static VaultResponse ReadTune(SysCall call, MountEntry entry) => VaultResponse.Ok(writer =>
    {
        writer.WriteString("description"u8, entry.Description);
        MountAnswer.WriteConfig(writer, entry with
        {
            DefaultLeaseTtl = entry.DefaultLeaseTtl > 0 ? entry.DefaultLeaseTtl : call.System.DefaultLeaseTtl,
            MaxLeaseTtl = entry.MaxLeaseTtl > 0 ? entry.MaxLeaseTtl : call.System.MaxLeaseTtl,
        });
        writer.WritePairs("options", entry.Options);
    });

    private static async ValueTask<VaultResponse> EnableAsync(SysCall call, string path, string prefix, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(call.Request);
        var type = fields.RequireText("type");
        var options = fields.Pairs("options");
        if (prefix.Length == 0 && type is "kv-v1" or "kv-v2")
        {
            options = new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = type[^1..] };
            type = "kv";
        }
        var known = prefix.Length == 0 ? EngineCatalog.SecretTypes : EngineCatalog.AuthTypes;
        if (!known.Contains(type, StringComparer.Ordinal))
            throw RequestFields.Invalid($"plugin not found in the catalog: {type}; there are: {string.Join(", ", known)}");
        RequirePath(path);
        if (string.Equals(type, "kv", StringComparison.Ordinal) && (options.GetOption("version") ?? "1") is not ("1" or "2"))
            throw RequestFields.Invalid("the version of a kv engine is 1 or 2");
        var entry = call.System.Mounts.Make(path, type, fields.Text("description") ?? "", options) with
        {
            Local = fields.Flag("local") ?? false,
            SealWrap = fields.Flag("seal_wrap") ?? false,
        };
        if (fields.Find("config") is { } config) entry = MountTuning.Apply(entry, config);
        var sequence = await call.System.Mounts.AddAsync(entry, call.Context, cancellationToken);
        call.Tell($"mounted {type} at {path}");
        return VaultResponse.Done(sequence);
    }

    private static async ValueTask<VaultResponse> TuneAsync(SysCall call, MountEntry mount, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(call.Request);
        return VaultResponse.Done(await call.System.Mounts.ReplaceAsync(mount, entry => MountTuning.Apply(entry, fields), call.Context, cancellationToken));
    }

    private static async ValueTask<VaultResponse> DisableAsync(SysCall call, string path, MountEntry? mount, CancellationToken cancellationToken)
    {
        // Like Vault: taking away what is not there is done already.
        if (mount is null) return VaultResponse.Done(0);
        if (mount.IsFixed) throw RequestFields.Invalid($"cannot unmount \"{path}\"");
        var sequence = await call.System.Mounts.RemoveAsync(mount, call.Context, cancellationToken);
        call.Tell($"unmounted {path}");
        return VaultResponse.Done(sequence);
    }

    public static void RequirePath(string path)
    {
        if (path.Length > 256 || path.Contains("//", StringComparison.Ordinal) || path.Contains('*', StringComparison.Ordinal) || path.Contains('+', StringComparison.Ordinal)
            || path.Any(char.IsControl) || path.Contains(' ', StringComparison.Ordinal))
            throw RequestFields.Invalid("a mount path has up to 256 printable characters and no space, '*', '+' or empty part");
    }

    private static Secrets.SecretException NoMount(string path) => RequestFields.Invalid($"No secret engine mount at {path}");
}
