using System.Security.Cryptography;
using Strongroom.Storage.Sqlite;

namespace Strongroom.Cli.Run;

/// <summary>
/// What every run needs, costs milliseconds the first time and depends on nothing, done on other cores while the first one reads
/// the manifest: loading SQLite and OpenSSL. Nothing waits for it, and nothing depends on it.
/// </summary>
internal static class WarmUp
{
    public static void Begin()
    {
        if (Environment.ProcessorCount < 2) return;
        new Thread(Load, maxStackSize: 256 * 1024) { IsBackground = true }.UnsafeStart();
    }

    private static void Load()
    {
        SqliteStorage.LoadLibrary();
        Span<byte> bytes = stackalloc byte[64];
        using var aes = new AesGcm(bytes[..32], 16);
        aes.Encrypt(bytes[..12], bytes[..8], bytes[8..16], bytes[16..32]);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, bytes[..32]);
        hmac.AppendData(bytes[..8]);
        hmac.GetHashAndReset(bytes[32..]);
    }
}
