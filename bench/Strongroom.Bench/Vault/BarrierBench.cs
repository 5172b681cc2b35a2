using System.Diagnostics;
using System.Security.Cryptography;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Storage;

namespace Strongroom.Bench.Vault;

/// <summary>What sealing and opening one entry of 200 bytes costs, beside AES-256-GCM alone over the same bytes.</summary>
internal static class BarrierBench
{
    private const int Rounds = 7;
    private const int ValueLength = 200;

    public static void Run(string[] args)
    {
        var count = args is [var text, ..] ? int.Parse(text) : 200_000;
        using var random = RandomNumberGenerator.Create();
        using var key = new DataKey(1, 0, Keyring.RandomKey(random));
        using var names = new NameHash(Keyring.RandomKey(random));
        var path = "kv/secret/v/1/development/OPENAI_API_KEY"u8.ToArray();
        var value = new byte[ValueLength];
        var id = names.Entry(path);
        var stored = new StoredEntry(id, EntryId.None, 1, EntryFormat.Seal(key, id, EntryId.None, path, value, random));
        using var gcm = new AesGcm(Keyring.RandomKey(random), 16);
        var (nonce, cipher, tag) = (new byte[12], new byte[ValueLength + path.Length + 2], new byte[16]);

        Console.WriteLine($"| one entry of {ValueLength} bytes | ns (best of {Rounds}) | bytes allocated |");
        Console.WriteLine("|---|---:|---:|");
        Measure("AES-256-GCM alone, encrypt", count, () => gcm.Encrypt(nonce, cipher, cipher, tag, nonce));
        Measure("12 random bytes alone", count, () => random.GetBytes(nonce));
        Measure("seal", count, () => EntryFormat.Seal(key, id, EntryId.None, path, value, random));
        Measure("open", count, () => EntryFormat.Open(key, stored).Dispose());
        Measure("identity of a path", count, () => names.Entry(path));
    }

    private static void Measure(string what, int count, Action work)
    {
        var best = double.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var startedAt = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds / count);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        }
        Console.WriteLine($"| {what} | {best:N0} | {allocated} |");
    }
}
