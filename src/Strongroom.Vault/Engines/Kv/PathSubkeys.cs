using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>subkeys/:path</c>: the names inside a value, with every leaf replaced by null.</summary>
internal static class PathSubkeys
{
    public static async ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw KvEngine.NotSupported(call);
        KvPath.RequireSecret(call.Path);
        if (call.Request.Depth < 0) throw KvBody.Invalid("depth is negative");
        var metadata = await call.Engine.GetMetadataAsync(call.Path, cancellationToken);
        var version = metadata?.Find(call.Request.Version) ?? throw KvEngine.NotFound(call);
        var readable = version.IsReadable(call.Engine.Now);
        var buffer = new SecretBuffer();
        var json = new JsonObjectText(buffer);
        json.Begin();
        json.Begin("metadata"u8);
        KvAnswer.WriteVersion(json, metadata, version);
        json.End();
        json.Member("subkeys"u8);
        if (readable)
        {
            using var data = await call.Engine.GetDataAsync(call.Path, version.Number, cancellationToken);
            using var document = JsonDocument.Parse(data.Value);
            using var writer = new Utf8JsonWriter(buffer);
            // Depth 0 has no limit: that of the value holds.
            Write(writer, document.RootElement, call.Request.Depth is > 0 and { } depth ? depth : int.MaxValue);
        }
        else
        {
            buffer.Write("null"u8);
        }
        json.End();
        return readable ? VaultResponse.Ok(buffer) : VaultResponse.Unreadable(buffer);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, int depth)
    {
        if (element.ValueKind != JsonValueKind.Object || depth == 0)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        foreach (var member in element.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, depth - 1);
        }
        writer.WriteEndObject();
    }
}
