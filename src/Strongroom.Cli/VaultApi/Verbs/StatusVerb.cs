using System.Text.Json;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Whether the server is there and open.</summary>
internal static class StatusVerb
{
    private static readonly (string Member, string Title)[] Rows =
    [
        ("recovery_seal_type", "Recovery Seal Type"), ("initialized", "Initialized"), ("sealed", "Sealed"), ("n", "Total Shares"), ("t", "Threshold"),
        ("version", "Version"), ("build_date", "Build Date"), ("storage_type", "Storage Type"), ("cluster_name", "Cluster Name"), ("cluster_id", "Cluster ID"),
    ];

    public static readonly ApiVerb Verb = new("status", "", "Show whether the server is unsealed. The exit code is 0 when it is, 2 when it is sealed, 1 when it cannot be asked.", RunAsync)
    {
        Examples = [("vault status", "seal, version, storage"), ("vault status -format=json", "for a script")],
    };

    private static async Task<int> RunAsync(ApiCall call)
    {
        VaultReply seal;
        try
        {
            seal = await call.SendAsync("checking seal status", new VaultCall("GET", "sys/seal-status") { IsAnonymous = true });
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Unreachable)
        {
            // Two means sealed here, so that all else is one.
            ApiProgram.Tell(call.Screen, e);
            return ApiExit.Local;
        }
        catch (RemoteFault e)
        {
            call.Screen.Note(e.Message);
            return ApiExit.Local;
        }
        using (seal)
        using (var leader = await call.TrySendAsync(new VaultCall("GET", "sys/leader") { IsAnonymous = true }))
        {
            var isSealed = Envelope.Member(seal.Json, "sealed") is { ValueKind: JsonValueKind.True };
            if (call.Answer.IsTable && !call.Answer.IsField) Table(call, seal.Json, leader.Json, isSealed);
            else if (call.Answer.IsField) return call.Answer.Secret(seal);
            else call.Answer.Element(writer => WriteBoth(writer, seal.Json, leader.Json));
            return isSealed ? ApiExit.Remote : ApiExit.Success;
        }
    }

    /// <summary>The seal's table, which unsealing shows too.</summary>
    public static void Table(ApiCall call, JsonElement seal, JsonElement leader, bool isSealed)
    {
        var table = new Columns("Key", "Value");
        table.Add("Seal Type", Text(seal, "type"));
        foreach (var (member, title) in Rows)
        {
            if (Envelope.Member(seal, member) is { } value) table.Add(title, GoText.Of(value));
            if (member != "t" || !isSealed) continue;
            table.Add("Unseal Progress", $"{Text(seal, "progress")}/{Text(seal, "t")}");
            table.Add("Unseal Nonce", Text(seal, "nonce"));
        }
        if (Envelope.Member(leader, "ha_enabled") is { } isShared)
        {
            table.Add("HA Enabled", GoText.Of(isShared));
            if (isShared.ValueKind == JsonValueKind.True)
            {
                table.Add("HA Cluster", Text(leader, "leader_cluster_address"));
                table.Add("HA Mode", Envelope.Member(leader, "is_self") is { ValueKind: JsonValueKind.True } ? "active" : "standby");
                table.Add("Active Node Address", Text(leader, "leader_address"));
            }
        }
        table.Write(call.Screen);
    }

    private static string Text(JsonElement root, string name) => Envelope.Member(root, name) is { } value ? GoText.Of(value) : "";

    private static void WriteBoth(Utf8JsonWriter writer, JsonElement seal, JsonElement leader)
    {
        writer.WriteStartObject();
        foreach (var member in seal.EnumerateObject()) member.WriteTo(writer);
        if (leader.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in leader.EnumerateObject())
                if (member.Name is "ha_enabled" or "is_self" or "active_time" or "leader_address" or "leader_cluster_address") member.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
