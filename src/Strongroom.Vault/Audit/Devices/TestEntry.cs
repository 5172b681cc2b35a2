using System.Text;
using System.Text.Json;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>The entry that is written to a device before it counts, as Vault writes it.</summary>
internal static class TestEntry
{
    public static byte[] Of(string prefix, DateTimeOffset now, string requestId)
    {
        using var buffer = new MemoryStream();
        buffer.Write(Encoding.UTF8.GetBytes(prefix));
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time"u8, now.UtcDateTime);
            writer.WriteString("type"u8, "request"u8);
            writer.WriteStartObject("request"u8);
            writer.WriteString("id"u8, requestId);
            writer.WriteString("operation"u8, "update"u8);
            writer.WriteStartObject("namespace"u8);
            writer.WriteString("id"u8, "root"u8);
            writer.WriteEndObject();
            writer.WriteString("path"u8, "sys/audit/test"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
