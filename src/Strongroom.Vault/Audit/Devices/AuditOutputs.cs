using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>Every type of audit device there is. The one list to add to.</summary>
internal static class AuditOutputs
{
    /// <summary>The options that only this type has. Throws InvalidInput for a type that does not exist.</summary>
    public static IReadOnlyList<string> OptionsOf(string type) => type switch
    {
        "file" => FileOutput.Options,
        "socket" => SocketOutput.Options,
        "syslog" => SyslogOutput.Options,
        "http" => HttpOutput.Options,
        _ => throw RequestFields.Invalid($"unknown backend type: \"{type}\"; there are: file, socket, syslog, http"),
    };

    /// <summary>Makes the output of a device. <paramref name="vaultFolder"/> is where no device may write.</summary>
    public static AuditOutput Make(AuditDeviceEntry entry, AuditDeviceOptions options, string vaultFolder, TimeProvider time) => entry.Type switch
    {
        "file" => FileOutput.Make(options, vaultFolder),
        "socket" => new SocketOutput(options),
        "syslog" => new SyslogOutput(options, time),
        _ => new HttpOutput(options),
    };
}
