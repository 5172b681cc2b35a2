namespace Strongroom.Vault.Seal;

/// <summary>
/// Arithmetic over GF(2^8) with the polynomial of AES (x^8 + x^4 + x^3 + x + 1). Neither time nor memory access depends on the numbers:
/// no tables, no branches on them.
/// </summary>
internal static class GaloisField
{
    private const int Reduction = 0x1B;

    /// <summary>The product.</summary>
    public static byte Multiply(byte a, byte b)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            product = (-((b >> bit) & 1) & a) ^ (-(product >> 7) & Reduction) ^ ((product << 1) & 0xFF);
        }
        return (byte)product;
    }

    /// <summary>The inverse, as the 254th power; 0 for 0.</summary>
    public static byte Invert(byte a)
    {
        var power = a;
        for (var i = 0; i < 6; i++) power = Multiply(Multiply(power, power), a);
        return Multiply(power, power);
    }
}
