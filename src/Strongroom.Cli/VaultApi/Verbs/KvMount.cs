using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Where a secret of a KV engine is, as the server tells it.</summary>
/// <param name="Mount">The engine's mount with its slash.</param>
/// <param name="Name">The path below it.</param>
/// <param name="IsVersioned">Whether it is version 2.</param>
internal sealed record KvMount(string Mount, string Name, bool IsVersioned)
{
    public static readonly Flag MountFlag = new("mount", "Where the engine is mounted; the path is the one below it then.", "PATH");

    /// <summary>The path of one of the API's faces: <c>data</c>, <c>metadata</c>. Version 1 has none.</summary>
    public string Face(string face) => IsVersioned ? $"{Mount}{face}/{Name}" : Mount + Name;

    /// <summary>Asks the server about the path that was typed.</summary>
    public static async Task<KvMount> FindAsync(ApiCall call, int argument = 0)
    {
        var typed = call.Path(argument);
        var whole = call.Text(MountFlag) is { } mount ? $"{mount.Trim('/')}/{typed}" : typed;
        using var reply = await call.PrepareAsync($"making API request to find the mount of {whole}", new VaultCall("GET", "sys/internal/ui/mounts/" + whole.TrimEnd('/')));
        var path = Envelope.Member(reply.Data, "path")?.GetString() ?? throw new RemoteFault($"Error: the server does not tell where {whole} is mounted");
        var version = Envelope.Member(reply.Data, "options") is { ValueKind: JsonValueKind.Object } options ? Envelope.Member(options, "version")?.GetString() : null;
        var name = (whole.TrimEnd('/') + "/").StartsWith(path, StringComparison.Ordinal) ? (whole + "/")[path.Length..].TrimEnd('/') : whole;
        return new KvMount(path, name, version == "2");
    }

    /// <summary>The same, refused for version 1.</summary>
    public static async Task<KvMount> FindVersionedAsync(ApiCall call)
    {
        var mount = await FindAsync(call);
        return mount.IsVersioned ? mount : throw ApiCall.Invalid($"{call.Verb.Name} needs a KV engine of version 2, and {mount.Mount} is version 1", $"vault kv enable-versioning {mount.Mount}");
    }
}
