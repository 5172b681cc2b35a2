namespace Strongroom.Vault.Json;

/// <summary>
/// Base64 with padding for keys and codes, in the one form that each has. Which characters they are shows neither in the time nor in
/// the memory touched; and unlike the library's vector code it is compiled ahead of time.
/// </summary>
internal static class Base64Text
{
    /// <summary>Length of the text for so many bytes.</summary>
    public static int Length(int bytes) => (bytes + 2) / 3 * 4;

    /// <summary>Writes the text and returns its length.</summary>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> text)
    {
        var length = Length(bytes.Length);
        for (var at = 0; at < length; at += 4, bytes = bytes[Math.Min(3, bytes.Length)..])
        {
            var group = bytes[0] << 16 | (bytes.Length > 1 ? bytes[1] << 8 : 0) | (bytes.Length > 2 ? bytes[2] : 0);
            text[at] = Character(group >> 18);
            text[at + 1] = Character(group >> 12 & 63);
            text[at + 2] = bytes.Length > 1 ? Character(group >> 6 & 63) : (byte)'=';
            text[at + 3] = bytes.Length > 2 ? Character(group & 63) : (byte)'=';
        }
        return length;
    }

    /// <summary>Reads the text of exactly so many bytes; false for anything else.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        if (text.Length != Length(bytes.Length)) return false;
        var fault = 0;
        for (; !text.IsEmpty; text = text[4..], bytes = bytes[Math.Min(3, bytes.Length)..])
        {
            var padding = Math.Max(3 - bytes.Length, 0);
            var third = padding == 2 ? Padding(text[2]) : Value(text[2]);
            var fourth = padding > 0 ? Padding(text[3]) : Value(text[3]);
            var group = Value(text[0]) << 18 | Value(text[1]) << 12 | third << 6 | fourth;
            // Faults are negative. Bits beyond the last byte must be zero, or one key would have several texts.
            fault |= group | -(group & ((1 << (8 * padding)) - 1));
            bytes[0] = (byte)(group >> 16);
            if (padding < 2) bytes[1] = (byte)(group >> 8);
            if (padding < 1) bytes[2] = (byte)group;
        }
        return fault >= 0;
    }

    private static int Padding(byte character) => character == '=' ? 0 : -1;

    /// <summary>The character for six bits: each line adds the step to the next range when the value is beyond the last.</summary>
    private static byte Character(int value) => (byte)(value + 'A'
        + (((25 - value) >> 8) & ('a' - 'Z' - 1))
        - (((51 - value) >> 8) & ('z' - '0' + 1))
        - (((61 - value) >> 8) & ('9' - '+' + 1))
        + (((62 - value) >> 8) & ('/' - '+' - 1)));

    /// <summary>The six bits of a character, or -1: each line counts when the character is inside its range.</summary>
    private static int Value(int character) => -1
        + (Inside(character, 'A', 'Z') & (character - 'A' + 1))
        + (Inside(character, 'a', 'z') & (character - 'a' + 27))
        + (Inside(character, '0', '9') & (character - '0' + 53))
        + (Inside(character, '+', '+') & 63)
        + (Inside(character, '/', '/') & 64);

    /// <summary>All ones or all zeros.</summary>
    private static int Inside(int character, int first, int last) => ((first - 1 - character) & (character - last - 1)) >> 8;
}
