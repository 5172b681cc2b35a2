using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>One request to a KV mount.</summary>
/// <param name="Engine">The mount.</param>
/// <param name="Request">The request.</param>
/// <param name="Path">Path of the secret or folder.</param>
/// <param name="Context">The way to change something.</param>
internal sealed record KvCall(KvEngine Engine, VaultRequest Request, string Path, RequestContext Context);

/// <summary>
/// Versioned secrets, with the paths, bodies and semantics of Vault's KV version 2. Each endpoint is a file named after its path.
/// A secret is a listed entry with its metadata, and one unlisted entry for the value of each version.
/// </summary>
internal sealed class KvEngine(BarrierView metadata, BarrierView versions, BarrierView settings, TimeProvider time) : Engine
{
    private const string ConfigPath = "config";

    /// <summary>Changes of one secret wait for each other in this process; between processes the expected revision decides.</summary>
    private readonly SemaphoreSlim?[] _turns = new SemaphoreSlim?[1024];

    private readonly KvMetadataMemory? _known = metadata.Barrier.RemembersNames ? new KvMetadataMemory() : null;

    public BarrierView Metadata { get; } = metadata;

    public BarrierView Versions { get; } = versions;

    public DateTime Now => time.GetUtcNow().UtcDateTime;

    public override string Help => "Secrets with versions (KV version 2).";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("data/{path}", Create | Read | Update | Patch | Delete, "A version of a secret: reads it, writes a new one, changes parts, deletes the latest."),
        new("metadata/{path}", List | Read | Update | Patch | Delete, "All versions of a secret and its settings; the names in a folder."),
        new("metadata", List, "The names at the top."),
        new("delete/{path}", Update, "Deletes versions so that they can come back."),
        new("undelete/{path}", Update, "Brings deleted versions back."),
        new("destroy/{path}", Update, "Destroys versions for ever."),
        new("subkeys/{path}", Read, "The names of the fields of a secret, without values."),
        new("fields/{path}", Read | Update | Delete, "Some fields of a secret: reads, writes or removes them."),
        new("append/{path}", Update, "Adds to a secret."),
        new("config", Read | Update, "The settings of all secrets of the mount."),
    ];

    public override ValueTask<VaultResponse> HandleAsync(VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        var slash = path.IndexOf('/');
        var endpoint = slash < 0 ? path.AsSpan() : path.AsSpan(0, slash);
        var call = new KvCall(this, request, slash < 0 ? "" : path[(slash + 1)..], context);
        return endpoint switch
        {
            "data" => PathData.HandleAsync(call, cancellationToken),
            "metadata" => PathMetadata.HandleAsync(call, cancellationToken),
            "delete" => PathDelete.HandleAsync(call, cancellationToken),
            "undelete" => PathUndelete.HandleAsync(call, cancellationToken),
            "destroy" => PathDestroy.HandleAsync(call, cancellationToken),
            "subkeys" => PathSubkeys.HandleAsync(call, cancellationToken),
            "fields" => PathFields.HandleAsync(call, cancellationToken),
            "append" => PathAppend.HandleAsync(call, cancellationToken),
            "config" => PathConfig.HandleAsync(call, cancellationToken),
            _ => new(VaultResponse.NotFound(
                "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv get' for this operation.")),
        };
    }

    // Policies that were written for Vault do not know that these lead to the values, too.
    public override string? UsualPath(string path) =>
        path.StartsWith("fields/", StringComparison.Ordinal) ? "data/" + path["fields/".Length..]
        : path.StartsWith("append/", StringComparison.Ordinal) ? "data/" + path["append/".Length..]
        : null;

    public override async ValueTask<bool?> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        if (!path.StartsWith("data/", StringComparison.Ordinal)) return null;
        var found = await GetMetadataAsync(path["data/".Length..], cancellationToken);
        return found?.Find(null)?.IsReadable(Now) == true;
    }

    public override async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        await foreach (var path in Metadata.WalkAsync(cancellationToken))
        {
            if (await GetMetadataAsync(path, cancellationToken) is not { } found) continue;
            var commit = new BarrierCommit(Metadata.Barrier);
            foreach (var version in found.Versions) commit.Delete(Versions, VersionPath(path, version.Number));
            commit.DeleteListed(Metadata, path);
            await commit.CommitAsync(cancellationToken);
        }
    }

    public static SecretException NotSupported(KvCall call) =>
        new(SecretErrorKind.Unsupported, "is not supported at this path", operation: call.Request.OperationName, name: call.Request.Path);

    public static SecretException NotFound(KvCall call) =>
        new(SecretErrorKind.NotFound, "there is no such secret or version", operation: call.Request.OperationName, name: call.Path);

    /// <summary>The metadata of a secret to look at, which others look at too: <see cref="GetMetadataToChangeAsync"/> is for who changes it.</summary>
    public async ValueTask<KvMetadata?> GetMetadataAsync(string path, CancellationToken cancellationToken)
    {
        if (_known is null) return await ReadMetadataAsync(path, cancellationToken);
        var id = Metadata.IdOf(path);
        if (await Metadata.Barrier.Storage.GetAsync(id, cancellationToken) is not { } stored) return null;
        if (_known.Find(id, stored) is { } known) return known;
        using var entry = await Metadata.OpenAsync(path, stored, cancellationToken);
        return _known.Keep(id, stored.Sealed, KvMetadataFormat.Decode(entry.Value.Span, entry.Revision));
    }

    /// <summary>The metadata of a secret, for the caller alone.</summary>
    public async ValueTask<KvMetadata?> GetMetadataToChangeAsync(string path, CancellationToken cancellationToken) =>
        _known is null ? await ReadMetadataAsync(path, cancellationToken) : (await GetMetadataAsync(path, cancellationToken))?.Copy();

    /// <summary>Takes over metadata that was just committed, so that the next to look at the secret need not open it.</summary>
    public void Remember(string path, KvMetadata metadata, BarrierCommit commit, long sequence)
    {
        if (_known is null) return;
        var id = Metadata.IdOf(path);
        metadata.Revision = sequence;
        _known.Keep(id, commit.SealedOf(id), metadata);
    }

    private async ValueTask<KvMetadata?> ReadMetadataAsync(string path, CancellationToken cancellationToken)
    {
        using var entry = await Metadata.GetAsync(path, cancellationToken);
        return entry is null ? null : KvMetadataFormat.Decode(entry.Value.Span, entry.Revision);
    }

    /// <summary>The value of a version that its metadata says is there.</summary>
    public async ValueTask<OpenedEntry> GetDataAsync(string path, int version, CancellationToken cancellationToken) =>
        await Versions.GetAsync(VersionPath(path, version), cancellationToken) ?? throw EntryFormat.Damaged($"of version {version} is missing");

    public async ValueTask<KvConfig> GetConfigAsync(CancellationToken cancellationToken)
    {
        using var entry = await settings.GetAsync(ConfigPath, cancellationToken);
        return entry is null ? KvConfig.Default : KvConfig.Decode(entry.Value);
    }

    public void PutConfig(BarrierCommit commit, SecretBuffer config) => commit.Put(settings, ConfigPath, config.WrittenMemory);

    public static string VersionPath(string path, int version) => $"{version}/{path}";

    public SemaphoreSlim Turn(string path)
    {
        ref var turn = ref _turns[(uint)string.GetHashCode(path, StringComparison.Ordinal) % (uint)_turns.Length];
        if (Volatile.Read(ref turn) is { } made) return made;
        var fresh = new SemaphoreSlim(1, 1);
        return Interlocked.CompareExchange(ref turn, fresh, null) ?? fresh;
    }
}
