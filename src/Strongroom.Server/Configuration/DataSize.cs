using System.Globalization;

namespace Strongroom.Server.Configuration;

/// <summary>Sizes as Vault's configuration writes them: a number of bytes, or <c>128MB</c> (1000s) and <c>128MiB</c> (1024s).</summary>
internal static class DataSize
{
    /// <summary>False for anything else, and beyond 2^53 bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExceptInRange('0', '9');
        var unit = digits < 0 ? default : trimmed[digits..].TrimStart();
        if (!long.TryParse(digits < 0 ? trimmed : trimmed[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (Factor(unit) is not { } factor || number > (1L << 53) / factor) return false;
        bytes = number * factor;
        return true;
    }

    private static long? Factor(ReadOnlySpan<char> unit)
    {
        Span<char> lower = stackalloc char[3];
        if (unit.Length > lower.Length) return null;
        unit.ToLowerInvariant(lower);
        return lower[..unit.Length] switch
        {
            "" or "b" => 1,
            "kb" => 1000,
            "kib" => 1 << 10,
            "mb" => 1_000_000,
            "mib" => 1 << 20,
            "gb" => 1_000_000_000,
            "gib" => 1 << 30,
            _ => null,
        };
    }
}
