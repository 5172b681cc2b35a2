using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/loggers</c> and <c>/:name</c>: how much the parts of the server tell, until it restarts.</summary>
internal static class PathLoggers
{
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        var log = call.Served.Options.Log;
        var name = call.Argument.Length == 0 ? null : call.Argument;
        if (call.Request.Operation is VaultOperation.List or VaultOperation.Patch) throw call.Unsupported();
        if (name is not null && log.LevelOf(name) is null) throw RequestFields.Invalid($"logger \"{name}\" not found");
        switch (call.Request.Operation)
        {
            case VaultOperation.Read:
                return new(VaultResponse.Ok(writer =>
                {
                    foreach (var logger in VaultLog.Names)
                    {
                        if (name is null || string.Equals(logger, name, StringComparison.Ordinal)) writer.WriteString(logger, VaultLogLine.NameOf(log.LevelOf(logger)!.Value));
                    }
                }));
            case VaultOperation.Create or VaultOperation.Update:
                log.SetLevel(name, Level(call));
                return new(VaultResponse.Done(0));
            default:
                log.SetLevel(name, null);
                return new(VaultResponse.Done(0));
        }
    }

    private static VaultLogLevel Level(SysCall call)
    {
        using var fields = new RequestFields(call.Request);
        var text = fields.Text("level") ?? throw RequestFields.Invalid("level is required");
        if (text.Length == 0) throw RequestFields.Invalid("level is empty");
        return VaultLogLine.LevelOf(text) ?? throw RequestFields.Invalid("invalid level provided: unknown log level");
    }
}
