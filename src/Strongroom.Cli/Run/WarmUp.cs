using System.Security.Cryptography;
using System.Text.Json;

namespace Strongroom.Cli.Run;

/// <summary>
/// What every run needs, costs milliseconds the first time and depends on nothing, done on other cores while the first one reads
/// the manifest: loading OpenSSL, and compiling what the runtime did not compile ahead of time. Nothing waits for it, and nothing
/// depends on it.
/// </summary>
internal static class WarmUp
{
    public static void Begin()
    {
        if (Environment.ProcessorCount < 2) return;
        Start(Cryptography);
        Start(Json);
    }

    private static void Start(ThreadStart work) => new Thread(work, maxStackSize: 256 * 1024) { IsBackground = true }.UnsafeStart();

    private static void Cryptography()
    {
        Span<byte> bytes = stackalloc byte[64];
        using var aes = new AesGcm(bytes[..32], 16);
        aes.Encrypt(bytes[..12], bytes[..8], bytes[8..16], bytes[16..32]);
        HMACSHA256.HashData(bytes[..32], bytes[..8], bytes[32..]);
    }

    private static void Json()
    {
        using var buffer = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, "secret/data/development/A_NAME_OF_USUAL_LENGTH");
            writer.WriteEndObject();
        }
        var reader = new Utf8JsonReader(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String) reader.GetString();
        }
    }
}
