using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using Strongroom.Secrets;

namespace Strongroom.Vault.Json;

/// <summary>
/// Writes JSON objects, byte for byte as the library's writer with <see cref="JavaScriptEncoder.UnsafeRelaxedJsonEscaping"/> does,
/// but with code that is compiled ahead of time; see <see cref="JsonCursor"/>. Names of members are written as they are.
/// </summary>
internal readonly struct JsonObjectText(SecretBuffer output)
{
    private const int NumberLengthMax = 20;

    public void Begin() => output.Append((byte)'{');

    public void End() => output.Append((byte)'}');

    /// <summary>Begins a member that is an object.</summary>
    public void Begin(ReadOnlySpan<byte> name)
    {
        Member(name);
        Begin();
    }

    /// <inheritdoc cref="Begin(ReadOnlySpan{byte})"/>
    public void Begin(string name)
    {
        Member(name);
        Begin();
    }

    /// <summary>Begins a member; its value is to be written next.</summary>
    public void Member(ReadOnlySpan<byte> name)
    {
        Separate();
        output.Append((byte)'"');
        output.Write(name);
        output.Write("\":"u8);
    }

    public void Number(ReadOnlySpan<byte> name, long value)
    {
        Member(name);
        Utf8Formatter.TryFormat(value, output.GetSpan(NumberLengthMax), out var written);
        output.Advance(written);
    }

    public void Text(ReadOnlySpan<byte> name, string value)
    {
        Member(name);
        Quoted(value);
    }

    public void Text(string name, string value)
    {
        Member(name);
        Quoted(value);
    }

    /// <summary>Text that needs no escapes.</summary>
    public void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> plain)
    {
        Member(name);
        output.Append((byte)'"');
        output.Write(plain);
        output.Append((byte)'"');
    }

    public void Boolean(ReadOnlySpan<byte> name, bool value) => Raw(name, value ? "true"u8 : "false"u8);

    public void Time(ReadOnlySpan<byte> name, DateTime utc)
    {
        Member(name);
        output.Append((byte)'"');
        output.Advance(JsonTime.Format(utc, output.GetSpan(JsonTime.LengthMax)));
        output.Append((byte)'"');
    }

    public void Base64(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        Member(name);
        output.Append((byte)'"');
        output.Advance(Base64Text.Encode(bytes, output.GetSpan(Base64Text.Length(bytes.Length))));
        output.Append((byte)'"');
    }

    /// <summary>A value that is JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        Member(name);
        output.Write(json);
    }

    private void Member(string name)
    {
        Separate();
        Quoted(name);
        output.Append((byte)':');
    }

    private void Separate()
    {
        if (output.Written[^1] != '{') output.Append((byte)',');
    }

    private void Quoted(string value)
    {
        output.Append((byte)'"');
        if (IsPlain(value)) output.Advance(Encoding.ASCII.GetBytes(value, output.GetSpan(value.Length)));
        else output.Write(Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)));
        output.Append((byte)'"');
    }

    /// <summary>Everything else is left to the library.</summary>
    private static bool IsPlain(string value)
    {
        foreach (var character in value)
        {
            if (character is < ' ' or > '~' or '"' or '\\') return false;
        }
        return true;
    }
}
