using System.Security.Cryptography;

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
    }

    private static void Start(ThreadStart work) => new Thread(work, maxStackSize: 256 * 1024) { IsBackground = true }.UnsafeStart();

    private static void Cryptography()
    {
        Span<byte> bytes = stackalloc byte[64];
        using var aes = new AesGcm(bytes[..32], 16);
        aes.Encrypt(bytes[..12], bytes[..8], bytes[8..16], bytes[16..32]);
        HMACSHA256.HashData(bytes[..32], bytes[..8], bytes[32..]);
    }
}
