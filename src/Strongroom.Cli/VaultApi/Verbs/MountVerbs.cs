using System.Globalization;
using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Secrets engines and auth methods: both are mounts, at <c>sys/mounts</c> and <c>sys/auth</c>.</summary>
internal static class MountVerbs
{
    private static readonly Flag Detailed = new("detailed", "With limits, options and identities.");
    private static readonly Flag Path = new("path", "Where to mount it; by default at its type.", "PATH");

    public static readonly ApiVerb[] All = [.. Of(Secrets), .. Of(Auth), AuthHelpVerb.Verb];

    /// <summary>How the two kinds differ.</summary>
    private sealed record Kind(string Family, string Endpoint, string Article, string Noun, string Prefix, string Type, string Example);

    private static Kind Secrets => new("secrets", "sys/mounts", "a", "secrets engine", "", "kv-v2", "secret/");

    private static Kind Auth => new("auth", "sys/auth", "an", "auth method", "auth/", "approle", "approle/");

    private static IEnumerable<ApiVerb> Of(Kind kind) =>
    [
        new($"{kind.Family} list", "", $"List {kind.Noun}s.", call => ListAsync(call, kind)) { Flags = [Detailed], Examples = [($"vault {kind.Family} list -detailed", "with limits and options")] },
        new($"{kind.Family} enable", "TYPE", $"Mount {kind.Article} {kind.Noun}.", call => EnableAsync(call, kind))
        {
            Takes = (1, 1),
            Flags = [Path, .. MountSettings.Flags, .. MountSettings.OnceOnly],
            Examples = [($"vault {kind.Family} enable -path={kind.Example.TrimEnd('/')} {kind.Type}", "at a path of its own")],
        },
        new($"{kind.Family} disable", "PATH", $"Remove {kind.Article} {kind.Noun} and all that is in it.", call => DisableAsync(call, kind))
        {
            Takes = (1, 1),
            Examples = [($"vault {kind.Family} disable {kind.Example}", "nobody can bring it back")],
        },
        new($"{kind.Family} tune", "PATH", $"Change limits of {kind.Article} {kind.Noun}.", call => TuneAsync(call, kind))
        {
            Takes = (1, 1),
            Flags = MountSettings.Flags,
            Examples = [($"vault {kind.Family} tune -max-lease-ttl=24h {kind.Example}", "nothing from there lives longer")],
        },
        new($"{kind.Family} move", "FROM TO", $"Move {kind.Article} {kind.Noun} to another path.", call => MoveAsync(call, kind))
        {
            Takes = (2, 2),
            Examples = [($"vault {kind.Family} move {kind.Example} archive/", "leases and tokens of the old path end")],
        },
    ];

    private static async Task<int> ListAsync(ApiCall call, Kind kind)
    {
        using var reply = await call.SendAsync($"listing {kind.Noun}s", new VaultCall("GET", kind.Endpoint));
        return call.Answer.Data(reply.Data, screen =>
        {
            var table = call.Switch(Detailed)
                ? new Columns("Path", "Type", "Accessor", "Default TTL", "Max TTL", "Local", "Seal Wrap", "Options", "Description", "UUID")
                : new Columns("Path", "Type", "Accessor", "Description");
            foreach (var mount in reply.Data.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
            {
                string Text(string name) => Envelope.Member(mount.Value, name) is { } value ? GoText.Of(value) : "";
                var config = Envelope.Member(mount.Value, "config") ?? default;
                if (call.Switch(Detailed)) table.Add(mount.Name, Text("type"), Text("accessor"), Ttl(config, "default_lease_ttl"), Ttl(config, "max_lease_ttl"), Text("local"), Text("seal_wrap"), Envelope.Member(mount.Value, "options") is { } options ? GoText.Of(options) : "map[]", Text("description"), Text("uuid"));
                else table.Add(mount.Name, Text("type"), Text("accessor"), Text("description"));
            }
            table.Write(screen);
        });
    }

    private static string Ttl(JsonElement config, string name) =>
        Envelope.Member(config, name) is { ValueKind: JsonValueKind.Number } seconds && seconds.GetInt64() > 0 ? seconds.GetInt64().ToString(CultureInfo.InvariantCulture) : "system";

    private static async Task<int> EnableAsync(ApiCall call, Kind kind)
    {
        var type = call.Arguments[0].Trim();
        var path = (call.Text(Path) ?? type).Trim('/');
        using var body = ApiCall.Body(writer =>
        {
            writer.WriteString("type", type);
            MountSettings.Write(writer, call, isNew: true);
        });
        using var reply = await call.TrySendAsync(new VaultCall("POST", $"{kind.Endpoint}/{path}") { Body = body.WrittenMemory });
        if (reply.IsSuccess)
        {
            call.Answer.Warn(reply);
            return BasicVerbs.Done(call, $"Success! Enabled {(kind.Prefix.Length > 0 ? "" : "the ")}{type} {kind.Noun} at: {path}/");
        }
        if (await IsThereAsync(call, kind, path, type))
        {
            call.Screen.Note($"The {type} {kind.Noun} is enabled at {path}/ already; nothing was changed.");
            return ApiExit.Success;
        }
        throw call.Refused($"enabling: {(kind.Prefix.Length > 0 ? type + " auth" : "secrets engine")}", reply);
    }

    /// <summary>Whether what was asked for is mounted just there: a script that sets up a server may run again.</summary>
    private static async Task<bool> IsThereAsync(ApiCall call, Kind kind, string path, string type)
    {
        using var mounts = await call.TrySendAsync(new VaultCall("GET", kind.Endpoint));
        if (Envelope.Member(mounts.Data, path + "/") is not { } mount) return false;
        var version = Envelope.Member(mount, "options") is { } options ? Envelope.Member(options, "version")?.GetString() : null;
        var present = Envelope.Member(mount, "type")?.GetString();
        var wanted = MountSettings.VersionOf(call) ?? (type == "kv-v2" ? "2" : type is "kv-v1" or "kv" ? "1" : null);
        return present == (type is "kv-v1" or "kv-v2" ? "kv" : type) && (present != "kv" || (version ?? "1") == wanted);
    }

    private static async Task<int> DisableAsync(ApiCall call, Kind kind)
    {
        var path = call.Path(0).TrimEnd('/');
        using var reply = await call.SendAsync($"disabling {kind.Noun} at {path}/", new VaultCall("DELETE", $"{kind.Endpoint}/{path}"));
        return BasicVerbs.Done(call, $"Success! Disabled the {kind.Noun} (if it existed) at: {path}/");
    }

    private static async Task<int> TuneAsync(ApiCall call, Kind kind)
    {
        var path = call.Path(0).TrimEnd('/');
        await call.PostAsync($"tuning {kind.Noun} {path}/", $"{kind.Endpoint}/{path}/tune", writer => MountSettings.Write(writer, call, isNew: false));
        return BasicVerbs.Done(call, $"Success! Tuned the {kind.Noun} at: {path}/");
    }

    private static async Task<int> MoveAsync(ApiCall call, Kind kind)
    {
        var (from, to) = (call.Path(0).TrimEnd('/') + "/", call.Path(1).TrimEnd('/') + "/");
        using var reply = await call.PostForAsync($"moving {kind.Noun} {from} to {to}", "sys/remount", writer =>
        {
            writer.WriteString("from", kind.Prefix + from);
            writer.WriteString("to", kind.Prefix + to);
        });
        // A server that moves in the background gives a number to ask after.
        if ((Envelope.Member(reply.Data, "migration_id") ?? Envelope.Member(reply.Json, "migration_id"))?.GetString() is { Length: > 0 } id)
        {
            call.Answer.Say($"Started moving {kind.Noun} {from} to {to}, with migration ID {id}");
            await WaitAsync(call, kind, id);
        }
        return BasicVerbs.Done(call, $"Success! Finished moving {kind.Noun} {from} to {to}");
    }

    private static async Task WaitAsync(ApiCall call, Kind kind, string id)
    {
        while (true)
        {
            using var reply = await call.SendAsync($"checking the move of the {kind.Noun}", new VaultCall("GET", "sys/remount/status/" + id));
            var info = Envelope.Member(reply.Data, "migration_info") ?? default;
            switch (Envelope.Member(info, "status")?.GetString())
            {
                case "success":
                    return;
                case "in-progress":
                    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, call.CancellationToken);
                    break;
                default:
                    throw new RemoteFault($"Error moving {kind.Noun}: the server says that it failed");
            }
        }
    }
}
