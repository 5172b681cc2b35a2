using System.Buffers;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// Writes <c>.env</c> files. Of the forms that read back exactly, it takes the one that most tools read alike: bare, then single
/// quotes, then double quotes, with escapes only when nothing else is left.
/// </summary>
public static class DotEnvWriter
{
    /// <summary>Writes one line for each entry.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a bad name or a value with a NUL byte.</exception>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries)
    {
        foreach (var entry in entries)
        {
            CheckName(entry.Name);
            WriteAssignment(output, entry.Name, entry.Value);
            output.Write("\n"u8);
        }
    }

    internal static void CheckName(string name)
    {
        if (!DotEnvParser.IsName(name))
            throw new SecretException(SecretErrorKind.InvalidInput, "is no name for a .env file", name: name, help: "use letters, digits and underscores");
    }

    internal static void WriteAssignment(IBufferWriter<byte> output, string name, SecretValue value)
    {
        Encoding.ASCII.GetBytes(name, output);
        output.Write("="u8);
        WriteValue(output, name, value);
    }

    internal static void WriteValue(IBufferWriter<byte> output, string name, SecretValue value)
    {
        var bytes = value.Reveal();
        if (bytes.Contains((byte)0))
            throw new SecretException(SecretErrorKind.InvalidInput, "contains a NUL byte, which a .env file cannot hold", name: name, help: "store it as base64");
        if (bytes.Length > 0 && IsBare(bytes))
        {
            output.Write(bytes);
            return;
        }
        if (bytes.IndexOfAny((byte)'\'', (byte)'\r') < 0)
        {
            output.Write("'"u8);
            output.Write(bytes);
            output.Write("'"u8);
            return;
        }
        output.Write("\""u8);
        WriteEscaped(output, bytes);
        output.Write("\""u8);
    }

    private static void WriteEscaped(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOfAny("\"\\$`\r"u8) is var special and >= 0)
        {
            output.Write(bytes[..special]);
            output.Write("\\"u8);
            output.Write(bytes[special] == '\r' ? "r"u8 : bytes.Slice(special, 1));
            bytes = bytes[(special + 1)..];
        }
        output.Write(bytes);
    }

    private static bool IsBare(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'_' or (byte)'.' or (byte)'/' or (byte)':' or (byte)'@' or (byte)'%' or (byte)'+' or (byte)',' or (byte)'=' or (byte)'-')) return false;
        return true;
    }
}
