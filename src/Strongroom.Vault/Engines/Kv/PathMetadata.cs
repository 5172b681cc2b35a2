using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>metadata/:path</c>: everything about a secret but its values; listing; removing a secret as a whole.</summary>
internal static class PathMetadata
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => call.Request.Operation switch
    {
        VaultOperation.Read => ReadAsync(call, cancellationToken),
        VaultOperation.List => ListAsync(call, cancellationToken),
        VaultOperation.Create or VaultOperation.Update => WriteAsync(call, merge: false, cancellationToken),
        VaultOperation.Patch => WriteAsync(call, merge: true, cancellationToken),
        VaultOperation.Delete => RemoveAsync(call, cancellationToken),
        _ => throw KvEngine.NotSupported(call),
    };

    private static async ValueTask<VaultResponse> ReadAsync(KvCall call, CancellationToken cancellationToken)
    {
        KvPath.RequireSecret(call.Path);
        var metadata = await call.Engine.GetMetadataAsync(call.Path, cancellationToken) ?? throw KvEngine.NotFound(call);
        var buffer = new SecretBuffer(1024);
        var json = new JsonObjectText(buffer);
        json.Begin();
        json.Boolean("cas_required"u8, metadata.CasRequired);
        json.Time("created_time"u8, metadata.CreatedAt);
        json.Number("current_version"u8, metadata.CurrentVersion);
        KvAnswer.WriteCustomMetadata(json, metadata);
        json.Text("delete_version_after"u8, GoDuration.Format(metadata.DeleteVersionAfter));
        json.Number("max_versions"u8, metadata.VersionsMax);
        json.Number("oldest_version"u8, metadata.OldestVersion);
        json.Time("updated_time"u8, metadata.UpdatedAt);
        json.Begin("versions"u8);
        foreach (var version in metadata.Versions)
        {
            json.Begin(version.Number.ToString());
            json.Time("created_time"u8, version.CreatedAt);
            KvAnswer.WriteDeletion(json, version);
            json.Boolean("destroyed"u8, version.Destroyed);
            json.End();
        }
        json.End();
        json.End();
        return VaultResponse.Ok(buffer);
    }

    private static async ValueTask<VaultResponse> ListAsync(KvCall call, CancellationToken cancellationToken)
    {
        var names = await call.Engine.Metadata.ListAsync(KvPath.Folder(call.Path), cancellationToken);
        if (names.Count == 0) throw KvEngine.NotFound(call);
        var buffer = new SecretBuffer(1024);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteStartArray("keys"u8);
        foreach (var name in names) writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return VaultResponse.Ok(buffer);
    }

    private static async ValueTask<VaultResponse> WriteAsync(KvCall call, bool merge, CancellationToken cancellationToken)
    {
        using var body = KvBody.Parse(call.Request.Body);
        var root = body.RootElement;
        return await KvChange.RunAsync(
            call,
            (found, _, _) =>
            {
                if (found is null && merge) throw KvEngine.NotFound(call);
                var now = call.Engine.Now;
                var metadata = found ?? new KvMetadata { CreatedAt = now };
                var settings = KvBody.ReadConfig(root, new KvConfig(metadata.VersionsMax, metadata.CasRequired, metadata.DeleteVersionAfter));
                (metadata.VersionsMax, metadata.CasRequired, metadata.DeleteVersionAfter) =
                    (settings.VersionsMax, settings.CasRequired, settings.DeleteVersionAfter);
                KvBody.ReadCustomMetadata(root, metadata.CustomMetadata, merge);
                metadata.UpdatedAt = now;
                return new(new KvChange(metadata));
            },
            cancellationToken);
    }

    private static ValueTask<VaultResponse> RemoveAsync(KvCall call, CancellationToken cancellationToken) => KvChange.RunAsync(
        call,
        (found, commit, _) =>
        {
            if (found is null) return new(KvChange.Nothing);
            foreach (var version in found.Versions)
            {
                if (!version.Destroyed) commit.Delete(call.Engine.Versions, KvEngine.VersionPath(call.Path, version.Number));
            }
            return new(new KvChange(null, Remove: true));
        },
        cancellationToken);
}
