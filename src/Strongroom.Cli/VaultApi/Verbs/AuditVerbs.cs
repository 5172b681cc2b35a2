using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Where a server writes its audit log.</summary>
internal static class AuditVerbs
{
    private static readonly Flag Detailed = new("detailed", "With options.");
    private static readonly Flag Path = new("path", "Its name; by default its type.", "PATH");
    private static readonly Flag Description = new("description", "What it is for.", "TEXT");
    private static readonly Flag Local = new("local", "Not replicated.");

    public static readonly ApiVerb[] All =
    [
        new("audit list", "", "List audit devices.", ListAsync) { Flags = [Detailed], Examples = [("vault audit list -detailed", "with their options")] },
        new("audit enable", "TYPE [KEY=VALUE...]", "Write the audit log to one more place.", EnableAsync)
        {
            Takes = (1, 64),
            Flags = [Path, Description, Local],
            Examples = [("vault audit enable file file_path=/var/log/vault_audit.log", "to a file"), ("vault audit enable syslog tag=vault", "to syslog")],
        },
        new("audit disable", "PATH", "Stop writing to a place.", DisableAsync) { Takes = (1, 1), Examples = [("vault audit disable file/", "what was written stays")] },
    ];

    private static async Task<int> ListAsync(ApiCall call)
    {
        using var reply = await call.SendAsync("listing audits", new VaultCall("GET", "sys/audit"));
        var devices = reply.Data;
        if (call.Answer.IsTable && !devices.EnumerateObject().MoveNext())
        {
            call.Answer.Say("No audit devices are enabled.");
            return ApiExit.Remote;
        }
        return call.Answer.Data(devices, screen =>
        {
            var isDetailed = call.Switch(Detailed);
            var table = isDetailed ? new Columns("Path", "Type", "Description", "Replication", "Options") : new Columns("Path", "Type", "Description");
            foreach (var device in devices.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
            {
                string Text(string name) => Envelope.Member(device.Value, name) is { } value ? GoText.Of(value) : "";
                if (isDetailed) table.Add(device.Name, Text("type"), Text("description"), Text("local") == "true" ? "local" : "replicated", Options(device.Value));
                else table.Add(device.Name, Text("type"), Text("description"));
            }
            table.Write(screen);
        });
    }

    private static string Options(System.Text.Json.JsonElement device) => Envelope.Member(device, "options") is { ValueKind: System.Text.Json.JsonValueKind.Object } options
        ? string.Join(' ', options.EnumerateObject().OrderBy(o => o.Name, StringComparer.Ordinal).Select(o => $"{o.Name}={GoText.Of(o.Value)}"))
        : "";

    private static async Task<int> EnableAsync(ApiCall call)
    {
        var type = call.Arguments[0].Trim();
        var path = (call.Text(Path) ?? type).Trim('/');
        using var options = KeyValues.Parse(call.Arguments.Skip(1));
        await call.PostAsync("enabling audit device", "sys/audit/" + path, writer =>
        {
            writer.WriteString("type", type);
            if (call.Text(Description) is { } description) writer.WriteString("description", description);
            if (call.Switch(Local)) writer.WriteBoolean("local", value: true);
            writer.WriteStartObject("options");
            options.WriteTo(writer);
            writer.WriteEndObject();
        });
        return BasicVerbs.Done(call, $"Success! Enabled the {type} audit device at: {path}/");
    }

    private static async Task<int> DisableAsync(ApiCall call)
    {
        var path = call.Path(0).TrimEnd('/');
        using var reply = await call.SendAsync("disabling audit device", new VaultCall("DELETE", "sys/audit/" + path));
        return BasicVerbs.Done(call, $"Success! Disabled audit device (if it was enabled) at: {path}/");
    }
}
