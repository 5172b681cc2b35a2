using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Client;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>What somebody who helps with a server wants to see, in one file without any secret.</summary>
internal static class DebugVerb
{
    private static readonly Flag Output = new("output", "The file; by default vault-debug- and the time.", "FILE");
    private static readonly Flag Target = new("target", "Only this: config, health, host, metrics, mounts, seal; may be repeated.", "WORD") { Repeats = true };

    private static readonly (string Target, string Path)[] Sources =
    [
        ("seal", "sys/seal-status"), ("health", "sys/health"), ("host", "sys/host-info"), ("metrics", "sys/metrics"), ("config", "sys/config/state/sanitized"),
        ("mounts", "sys/mounts"), ("mounts", "sys/auth"), ("mounts", "sys/audit"),
    ];

    public static readonly ApiVerb Verb = new("debug", "", "Collect what helps with a problem of a server into one file: state, configuration, metrics, mounts; no secrets.", RunAsync)
    {
        Flags = [Output, Target],
        Examples = [("vault debug -output=debug.tar.gz", "look through it before you pass it on"), ("vault debug -target=metrics", "only these")],
    };

    private static async Task<int> RunAsync(ApiCall call)
    {
        var targets = call.All(Target);
        foreach (var target in targets)
            if (!Array.Exists(Sources, s => s.Target == target)) throw ApiCall.Invalid($"there is no target {target}", "it is config, health, host, metrics, mounts or seal");
        var now = TimeProvider.System.GetUtcNow();
        var path = call.Text(Output) ?? $"vault-debug-{now.ToString("yyyy-MM-ddTHH-mm-ssZ", CultureInfo.InvariantCulture)}.tar.gz";
        using var bytes = new MemoryStream();
        await using (var packed = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        await using (var archive = new TarWriter(packed))
        {
            using var index = new SecretBuffer();
            await using (var writer = new Utf8JsonWriter(index, new JsonWriterOptions { Indented = true }))
            {
                writer.WriteStartObject();
                writer.WriteString("collected", now);
                writer.WriteString("address", call.Client.Options.Address.GetLeftPart(UriPartial.Authority));
                writer.WriteStartObject("files");
                foreach (var (target, source) in Sources)
                    if (targets.Count == 0 || targets.Contains(target)) await AddAsync(call, archive, writer, source, now);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            await WriteAsync(archive, "index.json", index.WrittenMemory, now, call.CancellationToken);
        }
        PrivateFile.Replace(Path.GetFullPath(path), bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        return BasicVerbs.Done(call, $"Success! Bundle written to: {path}");
    }

    /// <summary>What a server does not have, or does not show to this token, stands in the index with its status.</summary>
    private static async Task AddAsync(ApiCall call, TarWriter archive, Utf8JsonWriter index, string source, DateTimeOffset now)
    {
        using var reply = await call.TrySendAsync(new VaultCall("GET", source));
        var name = source.Replace('/', '-') + ".json";
        index.WriteStartObject(name);
        index.WriteString("path", source);
        index.WriteNumber("status", (int)reply.Status);
        index.WriteEndObject();
        if (reply.Bytes.Length > 0) await WriteAsync(archive, name, reply.Bytes.ToArray(), now, call.CancellationToken);
    }

    private static async Task WriteAsync(TarWriter archive, string name, ReadOnlyMemory<byte> content, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream(content.ToArray(), writable: false);
        var entry = new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, ModificationTime = now };
        await archive.WriteEntryAsync(entry, cancellationToken);
    }
}
