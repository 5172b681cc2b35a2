using System.Globalization;
using System.Text.Json;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Secrets of a KV engine: put, get, patch, list.</summary>
internal static class KvVerbs
{
    private static readonly Flag Cas = new("cas", "Write only if this is the present version; 0: if there is none.", "VERSION");
    private static readonly Flag Version = new("version", "This version in the place of the newest.", "N");
    private static readonly Flag Method = new("method", "patch, or rw: read and write back; by default rw only where patch is not allowed.", "METHOD");

    public static readonly ApiVerb[] All =
    [
        new("kv put", "PATH KEY=VALUE...", "Write a secret; it becomes a new version.", PutAsync)
        {
            Takes = (2, int.MaxValue),
            Flags = [KvMount.MountFlag, Cas],
            Examples =
            [
                ("vault kv put secret/app user=app password=@password.txt", "one value typed, one from a file"),
                ("vault kv put secret/app - < app.json", "a JSON object from standard input, which no process list shows"),
            ],
        },
        new("kv get", "PATH", "Read a secret.", GetAsync)
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, Version],
            Examples = [("vault kv get secret/app", "its metadata and fields"), ("vault kv get -field=password secret/app", "one field, for a script")],
        },
        new("kv patch", "PATH KEY=VALUE...", "Change some fields of a secret and keep the others.", PatchAsync)
        {
            Takes = (2, int.MaxValue),
            Flags = [KvMount.MountFlag, Cas, Method],
            Examples = [("vault kv patch secret/app password=@password.txt", "user stays as it was")],
        },
        new("kv list", "PATH", "List secrets.", ListAsync) { Takes = (1, 1), Flags = [KvMount.MountFlag], Examples = [("vault kv list secret/", "names; folders end with a slash")] },
    ];

    private static async Task<int> PutAsync(ApiCall call)
    {
        using var values = KeyValues.Parse(call.Arguments.Skip(1));
        var kv = await KvMount.FindAsync(call);
        var path = kv.Face("data");
        using var reply = await call.PostForAsync("writing data to " + path, path, kv.IsVersioned ? writer => WriteVersioned(writer, values, CasOf(call)) : values.WriteTo);
        if (!kv.IsVersioned) return BasicVerbs.Done(call, $"Success! Data written to: {path}");
        return ShowWritten(call, reply, path);
    }

    private static async Task<int> GetAsync(ApiCall call)
    {
        var kv = await KvMount.FindAsync(call);
        var path = kv.Face("data");
        var query = call.Text(Version) is { } version ? new KeyValuePair<string, string>[] { new("version", version) } : [];
        using var reply = await call.FindAsync("reading " + path, new VaultCall("GET", path) { Query = kv.IsVersioned ? query : [] });
        if (reply is null || reply.Data.ValueKind != JsonValueKind.Object) return BasicVerbs.Show(call, reply, $"No value found at {path}");
        if (!kv.IsVersioned || !call.Answer.IsTable || call.Answer.IsField)
        {
            if (kv.IsVersioned && call.Answer.IsField && Envelope.Member(reply.Data, "data") is null) call.Screen.Note($"No value found at {path}");
            return call.Answer.Secret(reply);
        }
        call.Answer.Warn(reply);
        ShowPath(call.Screen, path);
        if (Envelope.Member(reply.Data, "metadata") is { } metadata) ShowMap(call.Screen, "Metadata", metadata);
        if (Envelope.Member(reply.Data, "data") is not { } data) return ApiExit.Success;
        call.Screen.Line();
        ShowMap(call.Screen, "Data", data);
        return ApiExit.Success;
    }

    private static async Task<int> PatchAsync(ApiCall call)
    {
        using var values = KeyValues.Parse(call.Arguments.Skip(1));
        var kv = await KvMount.FindVersionedAsync(call);
        var path = kv.Face("data");
        var method = call.Text(Method);
        if (method is not (null or "patch" or "rw")) throw ApiCall.Invalid("-method is patch or rw");
        if (method != "rw")
        {
            using var body = ApiCall.Body(writer => WriteVersioned(writer, values, CasOf(call)));
            var reply = await call.TrySendAsync(new VaultCall("PATCH", path) { Body = body.WrittenMemory, ContentType = "application/merge-patch+json" });
            using (reply)
            {
                if (reply.IsSuccess) return ShowWritten(call, reply, path);
                if ((int)reply.Status == 404) return BasicVerbs.Show(call, null, $"No value found at {path}");
                if (method == "patch" || (int)reply.Status is not (403 or 405)) throw call.Refused("writing data to " + path, reply);
            }
        }
        return await ReadAndWriteAsync(call, path, values);
    }

    /// <summary>Where patch is not allowed or not known: the version that was read must still be the newest when it is written.</summary>
    private static async Task<int> ReadAndWriteAsync(ApiCall call, string path, KeyValues values)
    {
        using var old = await call.FindAsync("reading " + path, new VaultCall("GET", path));
        if (old is null || Envelope.Member(old.Data, "data") is not { ValueKind: JsonValueKind.Object } fields) return BasicVerbs.Show(call, null, $"No value found at {path}");
        var version = old.Data.GetProperty("metadata").GetProperty("version").GetInt32();
        using var reply = await call.PostForAsync("writing data to " + path, path, writer => WriteVersioned(
            writer, inner =>
            {
                foreach (var member in fields.EnumerateObject())
                    if (!values.Has(member.Name)) member.WriteTo(inner);
                values.WriteTo(inner);
            },
            CasOf(call) ?? version));
        return ShowWritten(call, reply, path);
    }

    private static async Task<int> ListAsync(ApiCall call)
    {
        var kv = await KvMount.FindAsync(call);
        var path = kv.Face("metadata").TrimEnd('/') + "/";
        using var reply = await call.FindAsync("listing " + path, new VaultCall(VaultCall.List, path));
        return BasicVerbs.ShowKeys(call, reply, $"No value found at {path.TrimEnd('/')}");
    }

    /// <summary>The metadata of a version that was just written.</summary>
    public static int ShowWritten(ApiCall call, VaultReply reply, string path)
    {
        if (!call.Answer.IsTable || call.Answer.IsField) return call.Answer.Secret(reply);
        call.Answer.Warn(reply);
        ShowPath(call.Screen, path);
        ShowMap(call.Screen, "Metadata", reply.Data);
        return ApiExit.Success;
    }

    public static void ShowPath(Screen screen, string path)
    {
        screen.Line(Heading("Secret Path", path.Length));
        screen.Line(path);
        screen.Line();
    }

    public static void ShowMap(Screen screen, string title, JsonElement data)
    {
        var longest = data.ValueKind == JsonValueKind.Object ? data.EnumerateObject().Select(m => m.Name.Length).DefaultIfEmpty().Max() : 0;
        screen.Line(Heading(title, longest + "    ".Length + "Value".Length));
        var table = new Columns("Key", "Value");
        Envelope.AddAll(table, data);
        table.Write(screen);
    }

    /// <summary>A title between equal signs, as wide as what stands below it.</summary>
    private static string Heading(string title, int width)
    {
        var signs = width - title.Length - 2;
        var half = new string('=', signs <= 0 ? 2 : (signs + 1) / 2);
        return $"{half} {title} {half}";
    }

    private static int? CasOf(ApiCall call)
    {
        if (call.Text(Cas) is not { } text) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var version) ? version < 0 ? null : version : throw ApiCall.Invalid("-cas is the number of a version");
    }

    private static void WriteVersioned(Utf8JsonWriter writer, KeyValues values, int? cas) => WriteVersioned(writer, values.WriteTo, cas);

    private static void WriteVersioned(Utf8JsonWriter writer, Action<Utf8JsonWriter> fields, int? cas)
    {
        writer.WriteStartObject("data");
        fields(writer);
        writer.WriteEndObject();
        writer.WriteStartObject("options");
        if (cas is { } version) writer.WriteNumber("cas", version);
        writer.WriteEndObject();
    }
}
