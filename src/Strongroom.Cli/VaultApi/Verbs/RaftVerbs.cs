using System.Formats.Tar;
using System.IO.Compression;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Files;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>The storage of a server: who takes part, and snapshots of all that is in it.</summary>
internal static class RaftVerbs
{
    private static readonly Flag Force = new("force", "Also a snapshot of another vault, which other keys open.");

    public static readonly ApiVerb[] All =
    [
        new("operator raft list-peers", "", "List the servers that share the storage.", ListPeersAsync) { Examples = [("vault operator raft list-peers", "who leads, who votes")] },
        new("operator raft snapshot save", "FILE", "Save all that is stored, encrypted as it is, into a file.", SaveAsync)
        {
            Takes = (1, 1),
            Examples = [("vault operator raft snapshot save backup.snap", "needs the shares to be opened, as the server does")],
        },
        new("operator raft snapshot restore", "FILE", "Put a snapshot in the place of all that is stored.", RestoreAsync)
        {
            Takes = (1, 1),
            Flags = [Force],
            Examples = [("vault operator raft snapshot restore backup.snap", "what was written since is gone")],
        },
        new("operator raft snapshot inspect", "FILE", "Show what a snapshot consists of.", Inspect) { Takes = (1, 1), Examples = [("vault operator raft snapshot inspect backup.snap", "no server is asked")] },
    ];

    private static async Task<int> ListPeersAsync(ApiCall call)
    {
        using var reply = await call.FindAsync("reading the raft cluster configuration", new VaultCall("GET", "sys/storage/raft/configuration"));
        if (reply is null || !BasicVerbs.HasAnswer(reply)) return BasicVerbs.Show(call, null, "No raft cluster configuration found");
        if (!call.Answer.IsTable || call.Answer.IsField) return call.Answer.Secret(reply);
        var table = new Columns("Node", "Address", "State", "Voter");
        foreach (var server in reply.Data.GetProperty("config").GetProperty("servers").EnumerateArray())
        {
            string Text(string name) => Envelope.Member(server, name) is { } value ? GoText.Of(value) : "";
            table.Add(Text("node_id"), Text("address"), Text("leader") == "true" ? "leader" : "follower", Text("voter"));
        }
        table.Write(call.Screen);
        return ApiExit.Success;
    }

    private static async Task<int> SaveAsync(ApiCall call)
    {
        var path = Path.GetFullPath(call.Arguments[0]);
        var draft = path + ".part";
        try
        {
            await using (var file = PrivateFile.Open(draft, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                using var reply = await call.Client.DownloadAsync(new VaultCall("GET", "sys/storage/raft/snapshot"), file, call.CancellationToken);
                if (!reply.IsSuccess) throw call.Refused("taking the snapshot", reply);
                file.Flush(flushToDisk: true);
            }
            await using (var written = File.OpenRead(draft)) if (written.Length == 0) throw new RemoteFault("Error taking the snapshot: the server answered nothing");
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
        return ApiExit.Success;
    }

    private static async Task<int> RestoreAsync(ApiCall call)
    {
        await using var file = OpenSnapshot(call.Arguments[0]);
        var path = call.Switch(Force) ? "sys/storage/raft/snapshot-force" : "sys/storage/raft/snapshot";
        using var reply = await call.SendAsync("installing the snapshot", new VaultCall("POST", path) { BodyStream = file, ContentType = "application/octet-stream" });
        call.Answer.Warn(reply);
        return ApiExit.Success;
    }

    private static async Task<int> Inspect(ApiCall call)
    {
        await using var file = OpenSnapshot(call.Arguments[0]);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        await using var archive = new TarReader(unpacked);
        var table = new Columns("Name", "Size");
        try
        {
            while (await archive.GetNextEntryAsync(copyData: false, call.CancellationToken) is { } entry)
                table.Add(entry.Name, entry.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw ApiCall.Invalid($"{call.Arguments[0]} is not a snapshot, or a damaged one");
        }
        table.Write(call.Screen);
        return ApiExit.Success;
    }

    private static FileStream OpenSnapshot(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ApiCall.Invalid($"cannot read {path}");
        }
    }
}
