using System.Globalization;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Versions of a secret: delete, undelete, destroy, rollback.</summary>
internal static class KvVersionVerbs
{
    private static readonly Flag Versions = new("versions", "Numbers of versions, with commas between them.", "N,N") { Repeats = true };
    private static readonly Flag Version = new("version", "The version to bring back.", "N");

    public static readonly ApiVerb[] All =
    [
        new("kv delete", "PATH", "Delete the newest version, or some; undelete brings them back.", DeleteAsync)
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, Versions],
            Examples = [("vault kv delete secret/app", "the newest version"), ("vault kv delete -versions=1,2 secret/app", "these two")],
        },
        new("kv undelete", "PATH", "Bring deleted versions back.", call => SendVersionsAsync(call, "undelete", "undeleting", "Success! Data written to: "))
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, Versions],
            Examples = [("vault kv undelete -versions=2 secret/app", "version 2 can be read again")],
        },
        new("kv destroy", "PATH", "Remove versions for good.", call => SendVersionsAsync(call, "destroy", "destroying", "Success! Data written to: "))
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, Versions],
            Examples = [("vault kv destroy -versions=1 secret/app", "nobody can bring it back")],
        },
        new("kv rollback", "PATH", "Write an older version again, as the newest.", RollbackAsync)
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, Version],
            Examples = [("vault kv rollback -version=2 secret/app", "a new version with the values of the second")],
        },
        new("kv enable-versioning", "MOUNT", "Make a KV engine of version 1 one of version 2.", EnableVersioningAsync)
        {
            Takes = (1, 1),
            Examples = [("vault kv enable-versioning secret/", "its secrets become version 1 of themselves")],
        },
    ];

    private static async Task<int> DeleteAsync(ApiCall call)
    {
        var kv = await KvMount.FindAsync(call);
        if (kv.IsVersioned && call.All(Versions).Count > 0) return await SendVersionsAsync(call, "delete", "deleting", "Success! Data deleted (if it existed) at: ");
        var path = kv.Face("data");
        using var reply = await call.FindAsync("deleting " + path, new VaultCall("DELETE", path));
        return BasicVerbs.Done(call, $"Success! Data deleted (if it existed) at: {path}");
    }

    private static async Task<int> SendVersionsAsync(ApiCall call, string face, string doing, string done)
    {
        var versions = ParseVersions(call);
        var kv = await KvMount.FindVersionedAsync(call);
        var path = kv.Face(face);
        await call.PostAsync($"{doing} versions at {path}", path, writer =>
        {
            writer.WriteStartArray("versions");
            foreach (var version in versions) writer.WriteNumberValue(version);
            writer.WriteEndArray();
        });
        return BasicVerbs.Done(call, done + kv.Face(face == "delete" ? "data" : face));
    }

    private static async Task<int> RollbackAsync(ApiCall call)
    {
        var version = call.Text(Version) ?? throw ApiCall.Invalid("kv rollback needs -version", "vault kv metadata get shows which there are");
        var kv = await KvMount.FindVersionedAsync(call);
        var path = kv.Face("data");
        using var newest = await call.FindAsync("reading " + path, new VaultCall("GET", path));
        if (newest is null) return BasicVerbs.Show(call, null, $"No value found at {path}");
        using var old = await call.FindAsync("reading " + path, new VaultCall("GET", path) { Query = [new("version", version)] });
        if (old is null || Envelope.Member(old.Data, "data") is not { } fields)
        {
            call.Screen.Note($"Version {version} of {path} is deleted, destroyed or never was");
            return ApiExit.Remote;
        }
        var present = newest.Data.GetProperty("metadata").GetProperty("version").GetInt32();
        using var reply = await call.PostForAsync("writing data to " + path, path, writer =>
        {
            writer.WritePropertyName("data");
            fields.WriteTo(writer);
            writer.WriteStartObject("options");
            writer.WriteNumber("cas", present);
            writer.WriteEndObject();
        });
        return KvVerbs.ShowWritten(call, reply, path);
    }

    private static async Task<int> EnableVersioningAsync(ApiCall call)
    {
        var mount = call.Path(0).TrimEnd('/');
        await call.PostAsync("tuning secrets engine " + mount, $"sys/mounts/{mount}/tune", writer =>
        {
            writer.WriteStartObject("options");
            writer.WriteString("version", "2");
            writer.WriteEndObject();
        });
        return BasicVerbs.Done(call, $"Success! Tuned the secrets engine at: {mount}/");
    }

    private static List<int> ParseVersions(ApiCall call)
    {
        var versions = new List<int>();
        foreach (var text in call.All(Versions).SelectMany(v => v.Split(',')))
            versions.Add(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw ApiCall.Invalid("-versions are numbers, as in -versions=1,2"));
        return versions.Count > 0 ? versions : throw ApiCall.Invalid($"{call.Verb.Name} needs -versions", "as in -versions=1,2");
    }
}
