using System.Buffers.Text;

namespace Strongroom.Vault.Json;

/// <summary>
/// Walks over JSON that the vault wrote itself, or checked before it stored it. The library's reader searches text with vector code
/// that every process compiles anew, which takes a short command longer than everything it reads; this one is compiled ahead of
/// time. It is no validator: what is not JSON ends in a <see cref="FormatException"/> or is read as something else, and never
/// beyond the bytes.
/// </summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;
    private bool _entered;
    private ReadOnlySpan<byte> _name;

    /// <summary>True when the value to read next is text.</summary>
    public bool IsText => Peek() == '"';

    /// <summary>True when the value to read next is an object.</summary>
    public bool IsObject => Peek() == '{';

    /// <summary>The name of the member last gone to.</summary>
    public readonly string Name => JsonEscapes.Text(_name);

    /// <summary>Goes into an object, before its first member.</summary>
    public void EnterObject() => Enter((byte)'{');

    /// <summary>Goes into an array, before its first item.</summary>
    public void EnterArray() => Enter((byte)'[');

    /// <summary>Goes to the next member of the object, whose value must then be read or skipped; false leaves the object.</summary>
    public bool NextMember()
    {
        if (!Next((byte)'}')) return false;
        _name = RawText();
        Expect((byte)':');
        return true;
    }

    /// <summary>Goes to the next item of the array, which must then be read or skipped; false leaves the array.</summary>
    public bool NextItem() => Next((byte)']');

    /// <summary>True when the member has this name.</summary>
    public readonly bool NameIs(ReadOnlySpan<byte> name) => JsonEscapes.Is(_name, name);

    /// <summary>Reads a whole number.</summary>
    public long ReadInt64()
    {
        var raw = ReadRaw();
        return Utf8Parser.TryParse(raw, out long number, out var read) && read == raw.Length ? number : throw Fault();
    }

    /// <inheritdoc cref="ReadInt64"/>
    public int ReadInt32() => ReadInt64() is var number and >= int.MinValue and <= int.MaxValue ? (int)number : throw Fault();

    /// <summary>Reads true or false.</summary>
    public bool ReadBoolean()
    {
        var raw = ReadRaw();
        return raw.SequenceEqual("true"u8) || (raw.SequenceEqual("false"u8) ? false : throw Fault());
    }

    /// <summary>Reads text.</summary>
    public string ReadText() => JsonEscapes.Text(RawText());

    /// <summary>Reads text and leaves its escapes in it.</summary>
    public ReadOnlySpan<byte> ReadRawText() => RawText();

    /// <summary>Reads a moment as <see cref="JsonObjectText"/> writes it.</summary>
    public DateTime ReadTime() => JsonTime.Parse(RawText());

    /// <summary>Reads base64 of exactly so many bytes.</summary>
    public byte[] ReadBase64(int length)
    {
        var bytes = new byte[length];
        return Base64Text.TryDecode(RawText(), bytes) ? bytes : throw Fault();
    }

    /// <summary>Passes over a value.</summary>
    public void Skip() => ReadRaw();

    /// <summary>Reads a value of any kind as the JSON that it is.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        SkipSpace();
        var start = _at;
        var depth = 0;
        do
        {
            switch (Peek())
            {
                case (byte)'"':
                    RawText();
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    _at++;
                    break;
                case (byte)'}' or (byte)']' when depth > 0:
                    depth--;
                    _at++;
                    break;
                case (byte)',' or (byte)':' when depth > 0:
                    _at++;
                    break;
                default:
                    SkipWord();
                    break;
            }
        }
        while (depth > 0);
        return _json[start.._at];
    }

    private void Enter(byte open)
    {
        Expect(open);
        _entered = true;
    }

    private bool Next(byte close)
    {
        var first = _entered;
        _entered = false;
        if (Peek() == close)
        {
            _at++;
            return false;
        }
        if (!first) Expect((byte)',');
        return true;
    }

    private ReadOnlySpan<byte> RawText()
    {
        Expect((byte)'"');
        var start = _at;
        for (; _at < _json.Length; _at++)
        {
            if (_json[_at] == '"') return _json[start.._at++];
            if (_json[_at] == '\\') _at++;
        }
        throw Fault();
    }

    /// <summary>A number, true, false or null.</summary>
    private void SkipWord()
    {
        var start = _at;
        while (_at < _json.Length && (char.IsAsciiLetterOrDigit((char)_json[_at]) || _json[_at] is (byte)'-' or (byte)'+' or (byte)'.')) _at++;
        if (_at == start) throw Fault();
    }

    private void Expect(byte expected)
    {
        if (Peek() != expected) throw Fault();
        _at++;
    }

    /// <summary>The next byte that is no white space; 0 at the end.</summary>
    private byte Peek()
    {
        SkipSpace();
        return _at < _json.Length ? _json[_at] : (byte)0;
    }

    private void SkipSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _at++;
    }

    private static FormatException Fault() => new("The bytes are not the JSON that was expected.");
}
