using System.Text;
using Strongroom.Vault.Audit.Devices;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/audit</c> and <c>sys/audit-hash/:path</c>: list, enable and disable audit devices, and the code that one gives a value.</summary>
internal static class PathAudit
{
    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        var path = call.Argument.Trim('/') + "/";
        return call.Request.Operation switch
        {
            VaultOperation.Read or VaultOperation.List when path.Length == 1 => List(call),
            VaultOperation.Create or VaultOperation.Update when path.Length > 1 => await EnableAsync(call, path, cancellationToken),
            VaultOperation.Delete when path.Length > 1 =>
                VaultResponse.Done(await call.System.AuditDevices.RemoveAsync(path, call.Context, cancellationToken)),
            _ => throw call.Unsupported(),
        };
    }

    public static ValueTask<VaultResponse> HashAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var input = fields.Text("input") is { Length: > 0 } text ? text : throw RequestFields.Invalid("the \"input\" parameter is empty");
        var path = call.Argument.Trim('/') + "/";
        var device = call.System.AuditDevices.Find(path) ?? throw RequestFields.Invalid($"unknown audit backend \"{path}\"");
        var code = device.CodeOf(input);
        return new(VaultResponse.Ok(writer => writer.WriteString("hash"u8, code)));
    }

    /// <summary>The public key of the checkpoints in the vault's own log.</summary>
    public static ValueTask<VaultResponse> CheckpointKeyAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.System.Checkpointer is not { } checkpointer) throw call.Unsupported();
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteString("key_id"u8, checkpointer.Key.Id);
            writer.WriteString("public_key"u8, checkpointer.Key.PublicKeyPem);
        }));
    }

    private static VaultResponse List(SysCall call) => VaultResponse.Ok(writer =>
    {
        foreach (var device in call.System.AuditDevices.All)
        {
            writer.WriteStartObject(device.Entry.Path);
            writer.WriteString("description"u8, device.Entry.Description);
            writer.WriteBoolean("local"u8, device.Entry.Local);
            writer.WriteStartObject("options"u8);
            // What opens the collector is nobody's business who may only look.
            foreach (var (name, value) in device.Entry.Options)
                writer.WriteString(name, string.Equals(name, "authorization", StringComparison.Ordinal) ? Encoding.ASCII.GetString(device.CodeOf(value)) : value);
            writer.WriteEndObject();
            writer.WriteString("path"u8, device.Entry.Path);
            writer.WriteString("type"u8, device.Entry.Type);
            writer.WriteEndObject();
        }
    });

    private static async ValueTask<VaultResponse> EnableAsync(SysCall call, string path, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(call.Request);
        PathMounts.RequirePath(path);
        var options = fields.Pairs("options") ?? [];
        var test = !options.Remove("skip_test", out var skip) || skip is not ("true" or "1");
        var entry = new AuditDeviceEntry
        {
            Path = path,
            Type = fields.RequireText("type"),
            Description = fields.Text("description") ?? "",
            Options = options,
            Local = fields.Flag("local") ?? false,
            Salt = call.System.AuditDevices.NewSalt(),
        };
        return VaultResponse.Done(await call.System.AuditDevices.AddAsync(entry, test, call.Context, cancellationToken));
    }
}
