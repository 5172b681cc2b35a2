using System.Buffers.Binary;
using System.Numerics;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>CRC-32C (Castagnoli): finds every single flipped bit and every burst up to 32 bits, at the price of a few nanoseconds.</summary>
internal static class Crc32C
{
    public const uint Seed = 0xffffffff;

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return crc;
    }

    /// <summary>The checksum that a row of entries carries of itself.</summary>
    public static uint OfEntry(EntryId id, EntryId folder, long revision, ReadOnlySpan<byte> sealedBytes)
    {
        var crc = BitOperations.Crc32C(Seed, id.High);
        crc = BitOperations.Crc32C(crc, id.Low);
        crc = BitOperations.Crc32C(crc, folder.High);
        crc = BitOperations.Crc32C(crc, folder.Low);
        crc = BitOperations.Crc32C(crc, (ulong)revision);
        return Append(crc, sealedBytes);
    }
}
