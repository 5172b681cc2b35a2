using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>
/// <c>fields/:path</c>, which Vault has not: changes fields of a secret in one step and keeps all others. Update sets the members of
/// <c>{"data": {…}}</c>, each replaced as a whole; the secret is made when there is nothing readable to build on. Delete removes the one
/// field of <c>{"field": "name"}</c>, and with the last field deletes the version softly. Read gives what a change builds on, as
/// <c>data/:path</c> does; it is on record under this path, so that looking before a write does not pass for use of the secret.
/// </summary>
internal static class PathFields
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => call.Request.Operation switch
    {
        VaultOperation.Read => PathData.ReadAsync(call, cancellationToken),
        VaultOperation.Create or VaultOperation.Update => SetAsync(call, cancellationToken),
        VaultOperation.Delete => RemoveAsync(call, cancellationToken),
        _ => throw KvEngine.NotSupported(call),
    };

    private static async ValueTask<VaultResponse> SetAsync(KvCall call, CancellationToken cancellationToken)
    {
        using var body = KvBody.Parse(call.Request.Body);
        var fields = KvBody.RequireData(body.RootElement);
        var cas = KvBody.ReadCas(body.RootElement);
        return await KvChange.RunAsync(
            call,
            async (found, commit, token) =>
            {
                using var current = await ReadableAsync(call, found, token);
                var merged = Replace(current?.Value ?? "{}"u8.ToArray(), fields, removed: null);
                return await KvChange.AddVersionAsync(call, found, commit, merged.WrittenMemory, cas, merged, token);
            },
            cancellationToken);
    }

    private static async ValueTask<VaultResponse> RemoveAsync(KvCall call, CancellationToken cancellationToken)
    {
        using var body = KvBody.Parse(call.Request.Body);
        var name = KvBody.RequireField(body.RootElement);
        return await KvChange.RunAsync(
            call,
            async (found, commit, token) =>
            {
                var (version, current) = await PathData.RequireCurrentAsync(call, found, token);
                using (current)
                {
                    using var document = JsonDocument.Parse(current.Value);
                    if (!document.RootElement.TryGetProperty(name, out _))
                        throw new SecretException(SecretErrorKind.NotFound, "the secret has no such field", operation: "delete", name: $"{call.Path}#{name}");
                    if (document.RootElement.GetPropertyCount() == 1)
                    {
                        version.DeletionAt = call.Engine.Now;
                        return new KvChange(found);
                    }
                    var rest = Replace(current.Value, fields: null, name);
                    return await KvChange.AddVersionAsync(call, found, commit, rest.WrittenMemory, version.Number, rest, token);
                }
            },
            cancellationToken);
    }

    /// <summary>The value of the current version, or null when there is none or it is deleted.</summary>
    private static async ValueTask<OpenedEntry?> ReadableAsync(KvCall call, KvMetadata? metadata, CancellationToken cancellationToken) =>
        metadata?.Find(null) is { } version && version.IsReadable(call.Engine.Now)
            ? await call.Engine.GetDataAsync(call.Path, version.Number, cancellationToken)
            : null;

    private static SecretBuffer Replace(ReadOnlyMemory<byte> old, JsonElement? fields, string? removed)
    {
        using var document = JsonDocument.Parse(old);
        var buffer = new SecretBuffer(old.Length + 512);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (removed is not null && member.NameEquals(removed)) continue;
            var value = fields is { } given && given.TryGetProperty(member.Name, out var replacement) ? replacement : member.Value;
            writer.WritePropertyName(member.Name);
            writer.WriteRawValue(KvBody.Raw(value), skipInputValidation: true);
        }
        if (fields is { } added)
        {
            foreach (var member in added.EnumerateObject())
            {
                if (document.RootElement.TryGetProperty(member.Name, out _)) continue;
                writer.WritePropertyName(member.Name);
                writer.WriteRawValue(KvBody.Raw(member.Value), skipInputValidation: true);
            }
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer;
    }
}
