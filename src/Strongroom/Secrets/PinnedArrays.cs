using System.Security.Cryptography;

namespace Strongroom.Secrets;

/// <summary>
/// Pinned arrays for bytes that may be secret, used again because the runtime makes them slowly. An array is zeroed when it comes back, so
/// whoever gets one finds nothing in it. Takes no lock; what finds no room is left to the collector, zeroed too.
/// </summary>
internal static class PinnedArrays
{
    private const int SmallestShift = 8;
    private const int LargestShift = 16;

    // Kept of each length: as many as there are requests at once, but for the long ones no more than this many bytes.
    private const int SlotsMax = 64;
    private const int KeptBytesMax = 128 * 1024;

    private static readonly byte[]?[]?[] Slots = new byte[]?[LargestShift - SmallestShift + 1][];

    /// <summary>An array of at least this length, with anything but secrets in it.</summary>
    public static byte[] Rent(int length)
    {
        var shift = Shift(length);
        if (shift > LargestShift) return Make(length);
        if (Volatile.Read(ref Slots[shift - SmallestShift]) is { } slots)
        {
            for (var i = 0; i < slots.Length; i++)
            {
                if (Volatile.Read(ref slots[i]) is not null && Interlocked.Exchange(ref slots[i], null) is { } rested) return rested;
            }
        }
        return Make(1 << shift);
    }

    /// <summary>Zeroes an array and keeps it for the next. The caller must not touch it again.</summary>
    public static void Return(byte[] array)
    {
        CryptographicOperations.ZeroMemory(array);
        var shift = Shift(array.Length);
        if (shift > LargestShift || array.Length != 1 << shift) return;
        ref var place = ref Slots[shift - SmallestShift];
        var slots = Volatile.Read(ref place) ?? Interlocked.CompareExchange(ref place, new byte[]?[Math.Clamp(KeptBytesMax >> shift, 4, SlotsMax)], null) ?? place!;
        for (var i = 0; i < slots.Length; i++)
        {
            if (Volatile.Read(ref slots[i]) is null && Interlocked.CompareExchange(ref slots[i], array, null) is null) return;
        }
    }

    private static int Shift(int length) => Math.Max(SmallestShift, 32 - int.LeadingZeroCount(Math.Max(length, 1) - 1));

    private static byte[] Make(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);
}
