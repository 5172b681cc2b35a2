using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>data/:path</c>: read a version, write one, merge into the current one, delete the current one softly.</summary>
internal static class PathData
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => call.Request.Operation switch
    {
        VaultOperation.Read => ReadAsync(call, cancellationToken),
        VaultOperation.Create or VaultOperation.Update => WriteAsync(call, cancellationToken),
        VaultOperation.Patch => PatchAsync(call, cancellationToken),
        VaultOperation.Delete => DeleteAsync(call, cancellationToken),
        _ => throw KvEngine.NotSupported(call),
    };

    /// <summary>The current version with its value; NotFound or Unreadable when there is none to build on.</summary>
    public static async ValueTask<(KvVersion Version, Barrier.OpenedEntry Data)> RequireCurrentAsync(
        KvCall call, KvMetadata? metadata, CancellationToken cancellationToken)
    {
        var version = metadata?.Find(null) ?? throw KvEngine.NotFound(call);
        if (!version.IsReadable(call.Engine.Now))
            throw new SecretException(
                SecretErrorKind.Unreadable, "the current version is deleted", operation: call.Request.OperationName, name: call.Path,
                help: "undelete it, or write a new version");
        return (version, await call.Engine.GetDataAsync(call.Path, version.Number, cancellationToken));
    }

    public static async ValueTask<VaultResponse> ReadAsync(KvCall call, CancellationToken cancellationToken)
    {
        KvPath.RequireSecret(call.Path);
        var metadata = await call.Engine.GetMetadataAsync(call.Path, cancellationToken);
        var version = metadata?.Find(call.Request.Version) ?? throw KvEngine.NotFound(call);
        if (!version.IsReadable(call.Engine.Now)) return VaultResponse.Unreadable(Answer(metadata, version, "null"u8));
        using var data = await call.Engine.GetDataAsync(call.Path, version.Number, cancellationToken);
        return VaultResponse.Ok(Answer(metadata, version, data.Value.Span));
    }

    private static async ValueTask<VaultResponse> WriteAsync(KvCall call, CancellationToken cancellationToken)
    {
        using var body = KvBody.Parse(call.Request.Body);
        using var data = Copy(KvBody.RequireData(body.RootElement));
        var cas = KvBody.ReadCas(body.RootElement);
        return await KvChange.RunAsync(
            call,
            (found, commit, token) => KvChange.AddVersionAsync(call, found, commit, data.WrittenMemory, cas, owned: null, token),
            cancellationToken);
    }

    private static async ValueTask<VaultResponse> PatchAsync(KvCall call, CancellationToken cancellationToken)
    {
        using var body = KvBody.Parse(call.Request.Body);
        var patch = KvBody.RequireData(body.RootElement);
        var cas = KvBody.ReadCas(body.RootElement);
        return await KvChange.RunAsync(
            call,
            async (found, commit, token) =>
            {
                var (_, current) = await RequireCurrentAsync(call, found, token);
                using (current)
                {
                    var merged = MergePatch.Apply(current.Value, patch);
                    return await KvChange.AddVersionAsync(call, found, commit, merged.WrittenMemory, cas, merged, token);
                }
            },
            cancellationToken);
    }

    private static ValueTask<VaultResponse> DeleteAsync(KvCall call, CancellationToken cancellationToken) => KvChange.RunAsync(
        call,
        (found, _, _) =>
        {
            var now = call.Engine.Now;
            if (found?.Find(null) is not { } version || !version.IsReadable(now)) return new(KvChange.Nothing);
            version.DeletionAt = now;
            return new(new KvChange(found));
        },
        cancellationToken);

    private static SecretBuffer Copy(JsonElement data)
    {
        var raw = KvBody.Raw(data);
        var copy = new SecretBuffer(Math.Max(raw.Length, 1));
        raw.CopyTo(copy.GetSpan(raw.Length));
        copy.Advance(raw.Length);
        return copy;
    }

    private static SecretBuffer Answer(KvMetadata metadata, KvVersion version, ReadOnlySpan<byte> data)
    {
        var buffer = new SecretBuffer(data.Length + 512);
        var json = new JsonObjectText(buffer);
        json.Begin();
        json.Raw("data"u8, data);
        json.Begin("metadata"u8);
        KvAnswer.WriteVersion(json, metadata, version);
        json.End();
        json.End();
        return buffer;
    }
}
