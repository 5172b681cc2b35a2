using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// Writes text in double quotes so that both JSON and YAML read it back: what either of them would change or refuse is escaped,
/// everything else stands as it is.
/// </summary>
internal static class QuotedText
{
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        output.Write("\""u8);
        while (utf8.Length > 0)
        {
            var plain = 0;
            while (plain < utf8.Length && !NeedsEscape(utf8[plain])) plain++;
            output.Write(utf8[..plain]);
            utf8 = utf8[plain..];
            if (utf8.Length == 0) break;
            Rune.DecodeFromUtf8(utf8, out var rune, out var length);
            WriteRune(output, rune, utf8[..length]);
            utf8 = utf8[length..];
        }
        output.Write("\""u8);
    }

    /// <summary>Refuses a value that is not text, because these formats hold nothing else.</summary>
    public static ReadOnlySpan<byte> RequireText(string name, SecretValue value)
    {
        var bytes = value.Reveal();
        return Utf8.IsValid(bytes)
            ? bytes
            : throw new SecretException(SecretErrorKind.InvalidInput, "is not text, and this format holds only text", name: name, help: "store it as base64");
    }

    private static bool NeedsEscape(byte b) => b is < 0x20 or (byte)'"' or (byte)'\\' or >= 0x7F;

    private static void WriteRune(IBufferWriter<byte> output, Rune rune, ReadOnlySpan<byte> utf8)
    {
        switch (rune.Value)
        {
            case '"': output.Write("\\\""u8); break;
            case '\\': output.Write("\\\\"u8); break;
            case '\n': output.Write("\\n"u8); break;
            case '\r': output.Write("\\r"u8); break;
            case '\t': output.Write("\\t"u8); break;
            // Controls, line separators, byte order marks and non-characters: YAML folds or refuses them.
            case < 0x20 or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF:
                Encoding.ASCII.GetBytes($"\\u{rune.Value:X4}", output);
                break;
            default: output.Write(utf8); break;
        }
    }
}
