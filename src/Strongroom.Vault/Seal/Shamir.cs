using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Passwords;

namespace Strongroom.Vault.Seal;

/// <summary>
/// Splits a secret into shares of which a threshold restores it and fewer tell nothing (Shamir 1979). Each byte of the secret is the value
/// at 0 of its own random polynomial over GF(2^8). A share is its values at one x, and x as the last byte: the form of Vault's shares.
/// </summary>
internal static class Shamir
{
    /// <summary>The most shares: as many as there are values for x.</summary>
    public const int SharesMax = 255;

    /// <summary>Makes the shares; the caller zeroes them.</summary>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int shares, int threshold, RandomNumberGenerator random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(shares, threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shares, SharesMax);
        var xs = DrawPlaces(random);
        var made = new byte[shares][];
        for (var i = 0; i < shares; i++)
        {
            made[i] = GC.AllocateUninitializedArray<byte>(secret.Length + 1, pinned: true);
            made[i][^1] = xs[i];
        }
        Span<byte> coefficients = stackalloc byte[threshold];
        for (var at = 0; at < secret.Length; at++)
        {
            random.GetBytes(coefficients[1..]);
            coefficients[0] = secret[at];
            foreach (var share in made) share[at] = Evaluate(coefficients, share[^1]);
        }
        CryptographicOperations.ZeroMemory(coefficients);
        return made;
    }

    /// <summary>
    /// Restores the secret; the caller zeroes it. With too few or wrong shares it restores something else and cannot tell. Throws
    /// InvalidInput for shares of different lengths or of the same x.
    /// </summary>
    public static byte[] Combine(IReadOnlyList<byte[]> shares)
    {
        var length = shares.Count == 0 ? 0 : shares[0].Length;
        if (shares.Count < 2 || length < 2) throw Invalid("less than two parts cannot be used to reconstruct the secret");
        for (var i = 0; i < shares.Count; i++)
        {
            if (shares[i].Length != length) throw Invalid("all parts must be the same length");
            for (var other = 0; other < i; other++)
                if (shares[other][^1] == shares[i][^1]) throw Invalid("duplicate part detected");
        }
        var secret = GC.AllocateArray<byte>(length - 1, pinned: true);
        for (var i = 0; i < shares.Count; i++)
        {
            var weight = Weight(shares, i);
            for (var at = 0; at < secret.Length; at++) secret[at] ^= GaloisField.Multiply(shares[i][at], weight);
        }
        return secret;
    }

    /// <summary>The value of the polynomial at x; the first coefficient is its value at 0.</summary>
    private static byte Evaluate(ReadOnlySpan<byte> coefficients, byte x)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--) value = (byte)(GaloisField.Multiply(value, x) ^ coefficients[i]);
        return value;
    }

    /// <summary>What a share counts in the value at 0 (Lagrange).</summary>
    private static byte Weight(IReadOnlyList<byte[]> shares, int index)
    {
        byte weight = 1;
        var x = shares[index][^1];
        for (var i = 0; i < shares.Count; i++)
        {
            if (i == index) continue;
            var other = shares[i][^1];
            weight = GaloisField.Multiply(weight, GaloisField.Multiply(other, GaloisField.Invert((byte)(x ^ other))));
        }
        return weight;
    }

    /// <summary>The numbers from 1 to 255 in a random order, so that a share does not tell how many were made before it.</summary>
    private static byte[] DrawPlaces(RandomNumberGenerator random)
    {
        var places = new byte[SharesMax];
        for (var i = 0; i < places.Length; i++) places[i] = (byte)(i + 1);
        for (var i = places.Length - 1; i > 0; i--)
        {
            var other = UniformNumber.Below(random, i + 1);
            (places[i], places[other]) = (places[other], places[i]);
        }
        return places;
    }

    private static SecretException Invalid(string reason) => new(SecretErrorKind.InvalidInput, reason);
}
