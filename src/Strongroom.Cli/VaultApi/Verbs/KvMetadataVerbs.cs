using System.Globalization;
using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>What a KV engine keeps beside the values: versions, limits, notes.</summary>
internal static class KvMetadataVerbs
{
    private static readonly Flag CasRequired = new("cas-required", "Whether each write must say which version it replaces.", "true|false");
    private static readonly Flag MaxVersions = new("max-versions", "How many versions to keep.", "N");
    private static readonly Flag DeleteAfter = new("delete-version-after", "Delete each version after this time.", "DURATION");
    private static readonly Flag Custom = new("custom-metadata", "A note, key=value; may be repeated.", "KEY=VALUE") { Repeats = true };
    private static readonly Flag RemoveCustom = new("remove-custom-metadata", "Take a note away; may be repeated.", "KEY") { Repeats = true };

    public static readonly ApiVerb[] All =
    [
        new("kv metadata get", "PATH", "Show the versions of a secret.", GetAsync)
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag],
            Examples = [("vault kv metadata get secret/app", "when each was written, and whether it is deleted")],
        },
        new("kv metadata put", "PATH", "Set limits and notes of a secret.", call => WriteAsync(call, "PUT"))
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, CasRequired, MaxVersions, DeleteAfter, Custom],
            Examples = [("vault kv metadata put -max-versions=5 -custom-metadata=owner=payments secret/app", "keeps five versions")],
        },
        new("kv metadata patch", "PATH", "Change some limits and notes of a secret.", call => WriteAsync(call, "PATCH"))
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag, CasRequired, MaxVersions, DeleteAfter, Custom, RemoveCustom],
            Examples = [("vault kv metadata patch -remove-custom-metadata=owner secret/app", "the other notes stay")],
        },
        new("kv metadata delete", "PATH", "Remove a secret with all its versions for good.", DeleteAsync)
        {
            Takes = (1, 1),
            Flags = [KvMount.MountFlag],
            Examples = [("vault kv metadata delete secret/app", "nobody can bring it back")],
        },
    ];

    private static async Task<int> GetAsync(ApiCall call)
    {
        var path = (await KvMount.FindVersionedAsync(call)).Face("metadata");
        using var reply = await call.FindAsync("reading " + path, new VaultCall("GET", path));
        if (reply is null) return BasicVerbs.Show(call, null, $"No value found at {path}");
        if (!call.Answer.IsTable || call.Answer.IsField) return call.Answer.Secret(reply);
        KvVerbs.ShowPath(call.Screen, path);
        var table = new Columns("Key", "Value");
        foreach (var member in reply.Data.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
            if (member.Name != "versions") table.Add(member.Name, GoText.OfField(member.Name, member.Value));
        call.Screen.Line("========== Metadata ==========");
        table.Write(call.Screen);
        if (Envelope.Member(reply.Data, "versions") is not { ValueKind: JsonValueKind.Object } versions) return ApiExit.Success;
        foreach (var version in versions.EnumerateObject().OrderBy(v => int.Parse(v.Name, CultureInfo.InvariantCulture)))
        {
            call.Screen.Line();
            KvVerbs.ShowMap(call.Screen, "Version " + version.Name, version.Value);
        }
        return ApiExit.Success;
    }

    private static async Task<int> WriteAsync(ApiCall call, string method)
    {
        var path = (await KvMount.FindVersionedAsync(call)).Face("metadata");
        using var body = ApiCall.Body(writer => WriteFields(writer, call));
        var contentType = method == "PATCH" ? "application/merge-patch+json" : "application/json";
        using var reply = await call.SendAsync("writing metadata to " + path, new VaultCall(method, path) { Body = body.WrittenMemory, ContentType = contentType });
        call.Answer.Warn(reply);
        return BasicVerbs.Done(call, $"Success! Data written to: {path}");
    }

    private static void WriteFields(Utf8JsonWriter writer, ApiCall call)
    {
        if (call.Text(MaxVersions) is { } max)
            writer.WriteNumber("max_versions", int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw ApiCall.Invalid("-max-versions is a number"));
        if (call.Text(CasRequired) is { } required) writer.WriteBoolean("cas_required", VaultEnvironment.ParseSwitch("-cas-required", required));
        if (call.Text(DeleteAfter) is { } after) writer.WriteString("delete_version_after", after);
        var (added, removed) = (call.All(Custom), call.All(RemoveCustom));
        if (added.Count + removed.Count == 0) return;
        writer.WriteStartObject("custom_metadata");
        foreach (var note in added)
        {
            var equals = note.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw ApiCall.Invalid("-custom-metadata is key=value");
            writer.WriteString(note[..equals], note[(equals + 1)..]);
        }
        foreach (var key in removed) writer.WriteNull(key);
        writer.WriteEndObject();
    }

    private static async Task<int> DeleteAsync(ApiCall call)
    {
        var path = (await KvMount.FindVersionedAsync(call)).Face("metadata");
        using var reply = await call.FindAsync("deleting " + path, new VaultCall("DELETE", path));
        return BasicVerbs.Done(call, $"Success! Data deleted (if it existed) at: {path}");
    }
}
