using System.Buffers.Text;
using System.Text;

namespace Strongroom.Vault.Json;

/// <summary>The escapes inside JSON text.</summary>
internal static class JsonEscapes
{
    /// <summary>Writes the text without its escapes and returns its length, which is never more than that of <paramref name="raw"/>.</summary>
    /// <exception cref="FormatException">There is an unknown escape or half of a surrogate pair.</exception>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> plain)
    {
        var length = 0;
        while (true)
        {
            var escape = raw.IndexOf((byte)'\\');
            var copied = escape < 0 ? raw.Length : escape;
            raw[..copied].CopyTo(plain[length..]);
            length += copied;
            if (escape < 0) return length;
            raw = raw[escape..];
            if (raw.Length < 2) throw Fault();
            if (raw[1] == 'u')
            {
                length += Character(ref raw).EncodeToUtf8(plain[length..]);
                continue;
            }
            plain[length++] = raw[1] switch
            {
                (byte)'"' or (byte)'\\' or (byte)'/' => raw[1],
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                _ => throw Fault(),
            };
            raw = raw[2..];
        }
    }

    /// <summary>True when the text without its escapes is this.</summary>
    public static bool Is(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> plain)
    {
        if (!raw.Contains((byte)'\\')) return raw.SequenceEqual(plain);
        Span<byte> unescaped = new byte[raw.Length];
        return unescaped[..Unescape(raw, unescaped)].SequenceEqual(plain);
    }

    /// <summary>The text without its escapes, as a string.</summary>
    public static string Text(ReadOnlySpan<byte> raw)
    {
        if (!raw.Contains((byte)'\\')) return Encoding.UTF8.GetString(raw);
        Span<byte> unescaped = new byte[raw.Length];
        return Encoding.UTF8.GetString(unescaped[..Unescape(raw, unescaped)]);
    }

    private static Rune Character(ref ReadOnlySpan<byte> raw)
    {
        var unit = Unit(ref raw);
        if (!char.IsSurrogate(unit)) return new Rune(unit);
        return char.IsHighSurrogate(unit) && raw.StartsWith("\\u"u8) && Unit(ref raw) is var low && char.IsLowSurrogate(low)
            ? new Rune(unit, low)
            : throw Fault();
    }

    /// <summary>Takes <c>\uXXXX</c>.</summary>
    private static char Unit(ref ReadOnlySpan<byte> raw)
    {
        if (raw.Length < 6 || !Utf8Parser.TryParse(raw.Slice(2, 4), out ushort unit, out var read, 'x') || read != 4) throw Fault();
        raw = raw[6..];
        return (char)unit;
    }

    private static FormatException Fault() => new("There is a broken escape in JSON text.");
}
