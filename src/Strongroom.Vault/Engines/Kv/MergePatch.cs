using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>JSON merge patch (RFC 7396): objects are merged, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    public static SecretBuffer Apply(ReadOnlyMemory<byte> target, JsonElement patch)
    {
        using var document = JsonDocument.Parse(target);
        var buffer = new SecretBuffer(target.Length + 256);
        using var writer = new Utf8JsonWriter(buffer);
        Merge(writer, document.RootElement, patch);
        return buffer;
    }

    private static void Merge(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            writer.WriteRawValue(KvBody.Raw(patch), skipInputValidation: true);
            return;
        }
        var old = target is { ValueKind: JsonValueKind.Object } known ? known : (JsonElement?)null;
        writer.WriteStartObject();
        if (old is { } existing)
        {
            foreach (var member in existing.EnumerateObject())
            {
                if (patch.TryGetProperty(member.Name, out var replacement))
                {
                    if (replacement.ValueKind == JsonValueKind.Null) continue;
                    writer.WritePropertyName(member.Name);
                    Merge(writer, member.Value, replacement);
                }
                else
                {
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(KvBody.Raw(member.Value), skipInputValidation: true);
                }
            }
        }
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || (old is { } had && had.TryGetProperty(member.Name, out _))) continue;
            writer.WritePropertyName(member.Name);
            Merge(writer, target: null, member.Value);
        }
        writer.WriteEndObject();
    }
}
