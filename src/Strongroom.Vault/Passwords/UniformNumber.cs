using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Strongroom.Vault.Passwords;

/// <summary>Numbers that are all equally likely: those that would make some likelier than others are thrown away and drawn again.</summary>
internal static class UniformNumber
{
    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public static int Below(RandomNumberGenerator random, int limit)
    {
        var fair = uint.MaxValue - (uint.MaxValue % (uint)limit);
        Span<byte> bytes = stackalloc byte[4];
        while (true)
        {
            random.GetBytes(bytes);
            var number = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (number < fair) return (int)(number % (uint)limit);
        }
    }
}
