using System.Globalization;
using System.Text;

namespace Strongroom.Formats;

/// <summary>
/// Reads TOML (https://toml.io/en/v1.0.0) into the nodes that YAML is read into. Numbers, dates, true and false are kept as they are
/// written: nothing here calculates with them. Line breaks and a last comma inside inline tables are taken, as TOML 1.1 has them.
/// </summary>
internal sealed class TomlTree(string file, TextFaults faults)
{
    private const int DepthMax = 16;
    private const int NodesMax = 50_000;

    private readonly TomlTable _root = new(new TextPlace(file, 1, 1));
    private string _text = "";
    private int _at;
    private int _nodes;

    /// <summary>The table that the text is; null when it cannot be read, with the fault recorded.</summary>
    public MapNode? Read(string text)
    {
        _text = text.StartsWith('\uFEFF') ? text[1..] : text;
        try
        {
            var table = _root;
            for (SkipBlank(lines: true); _at < _text.Length; SkipBlank(lines: true))
            {
                if (_text[_at] == '[') table = ReadHeader();
                else ReadPair(table, depth: 0);
                SkipBlank(lines: false);
                if (_at < _text.Length && _text[_at] is not '\n') throw Fault("something else stands on this line", "write one key = value on a line");
            }
            return _root.ToNode();
        }
        catch (TomlRefusedException)
        {
            return null;
        }
    }

    private TomlTable ReadHeader()
    {
        var place = Place();
        var isList = _text.AsSpan(_at).StartsWith("[[");
        _at += isList ? 2 : 1;
        var keys = ReadKeys();
        if (!Take(isList ? "]]" : "]")) throw Fault("the header has no closing bracket", "write [table]");
        var table = _root;
        for (var i = 0; i < keys.Count - 1; i++) table = table.Enter(keys[i], place) ?? throw Fault($"{TextFaults.Shorten(keys[i])} is no table");
        if (isList) return table.AddItem(keys[^1], place) ?? throw Fault($"{TextFaults.Shorten(keys[^1])} is no list of tables");
        return table.Enter(keys[^1], place) ?? throw Fault($"{TextFaults.Shorten(keys[^1])} is no table");
    }

    private void ReadPair(TomlTable table, int depth)
    {
        var place = Place();
        var keys = ReadKeys();
        SkipBlank(lines: false);
        if (!Take("=")) throw Fault("expected key = value", "write an equals sign behind the key");
        SkipBlank(lines: false);
        for (var i = 0; i < keys.Count - 1; i++) table = table.Enter(keys[i], place) ?? throw Fault($"{TextFaults.Shorten(keys[i])} is no table");
        if (!table.Set(keys[^1], place, ReadValue(depth + 1))) throw Fault($"{TextFaults.Shorten(keys[^1])} is there already", "remove one of them");
    }

    private List<string> ReadKeys()
    {
        var keys = new List<string>();
        do
        {
            SkipBlank(lines: false);
            keys.Add(ReadKey());
            SkipBlank(lines: false);
        }
        while (Take("."));
        return keys;
    }

    private string ReadKey()
    {
        if (_at < _text.Length && _text[_at] is '"' or '\'') return ReadText();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-')) _at++;
        return _at > start ? _text[start.._at] : throw Fault("expected a key", "quote a key that has other characters than letters, digits, - and _");
    }

    private object ReadValue(int depth)
    {
        if (depth > DepthMax) throw Fault($"nested more than {DepthMax} deep");
        if (++_nodes > NodesMax) throw Fault($"more than {NodesMax} values");
        var place = Place();
        if (_at == _text.Length) throw Fault("the value is missing");
        switch (_text[_at])
        {
            case '"' or '\'':
                return new ScalarNode(place, ReadText(), IsPlain: false);
            case '[':
                return ReadList(place, depth);
            case '{':
                return ReadInlineTable(place, depth);
            default:
                var start = _at;
                while (_at < _text.Length && _text[_at] is not (',' or ']' or '}' or '#' or '\n' or '\r')) _at++;
                var word = _text[start.._at].TrimEnd();
                return IsWord(word) ? new ScalarNode(place, word, IsPlain: true) : throw Fault(place, "the value is no number, date, true or false", "put a text in quotes");
        }
    }

    /// <summary>A number, a date, true or false. A date and its time may stand apart.</summary>
    private static bool IsWord(string word)
    {
        if (word is "true" or "false" or "inf" or "nan") return true;
        for (var i = 0; i < word.Length; i++)
            if (!char.IsAsciiLetterOrDigit(word[i]) && word[i] is not ('+' or '-' or '.' or '_' or ':') && !(word[i] == ' ' && i == "2026-11-22".Length)) return false;
        return word.Length > 0 && (char.IsAsciiDigit(word[0]) || word[0] is '+' or '-');
    }

    private ListNode ReadList(TextPlace place, int depth)
    {
        var items = new List<YamlNode>();
        _at++;
        while (true)
        {
            SkipBlank(lines: true);
            if (Take("]")) return new ListNode(place, items);
            items.Add(TomlTable.NodeOf(ReadValue(depth + 1)));
            SkipBlank(lines: true);
            if (Take(",")) continue;
            return Take("]") ? new ListNode(place, items) : throw Fault("the list has no closing bracket", "put a comma between two values");
        }
    }

    private TomlTable ReadInlineTable(TextPlace place, int depth)
    {
        var table = new TomlTable(place) { IsClosed = true };
        _at++;
        while (true)
        {
            SkipBlank(lines: true);
            if (Take("}")) return table;
            ReadPair(table, depth);
            SkipBlank(lines: true);
            if (Take(",")) continue;
            return Take("}") ? table : throw Fault("the table has no closing brace", "put a comma between two keys");
        }
    }

    private string ReadText()
    {
        var quote = _text[_at];
        var isLong = _text.AsSpan(_at).StartsWith(new string(quote, 3));
        var start = Place();
        _at += isLong ? 3 : 1;
        // A line break right after the opening quotes is not part of the text.
        if (isLong && !Take("\r\n")) Take("\n");
        var text = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == quote && !isLong)
            {
                _at++;
                return text.ToString();
            }
            if (c == quote && _text.AsSpan(_at).StartsWith(new string(quote, 3)))
            {
                // One or two quotes may stand before the closing three.
                while (_at + 3 < _text.Length && _text[_at + 3] == quote)
                {
                    text.Append(quote);
                    _at++;
                }
                _at += 3;
                return text.ToString();
            }
            if (c == '\n' && !isLong) break;
            if (c == '\\' && quote == '"') ReadEscape(text, isLong);
            else
            {
                text.Append(c);
                _at++;
            }
        }
        throw Fault(start, "the text has no closing quote", "close it on the same line, or use three quotes");
    }

    private void ReadEscape(StringBuilder text, bool isLong)
    {
        var place = Place();
        _at++;
        var c = _at < _text.Length ? _text[_at++] : '\0';
        switch (c)
        {
            case 'b': text.Append('\b'); return;
            case 't': text.Append('\t'); return;
            case 'n': text.Append('\n'); return;
            case 'f': text.Append('\f'); return;
            case 'r': text.Append('\r'); return;
            case 'e': text.Append('\u001b'); return;
            case '"' or '\\': text.Append(c); return;
            case 'x' or 'u' or 'U':
                var length = c switch { 'x' => 2, 'u' => 4, _ => 8 };
                if (_at + length > _text.Length || !uint.TryParse(_text.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
                    throw Fault(place, "the escape is no character", "write \\u and four hexadecimal digits");
                text.Append(new Rune(code));
                _at += length;
                return;
            default:
                // A backslash at the end of a line joins it with the next.
                _at--;
                if (!isLong || !char.IsWhiteSpace(c)) throw Fault(place, "there is no such escape", "write \\\\ for a backslash, or use single quotes");
                while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
                return;
        }
    }

    private void SkipBlank(bool lines)
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c is ' ' or '\t' or '\r' || (lines && c == '\n')) _at++;
            else if (c == '#') _at = _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;
            else return;
        }
    }

    private bool Take(string expected)
    {
        if (!_text.AsSpan(_at).StartsWith(expected, StringComparison.Ordinal)) return false;
        _at += expected.Length;
        return true;
    }

    private TextPlace Place()
    {
        var before = _text.AsSpan(0, _at);
        return new TextPlace(file, before.Count('\n') + 1, _at - (before.LastIndexOf('\n') + 1) + 1);
    }

    private TomlRefusedException Fault(string message, string? suggestion = null) => Fault(Place(), message, suggestion);

    private TomlRefusedException Fault(TextPlace place, string message, string? suggestion = null)
    {
        faults.Add(place, "not TOML: " + message, suggestion);
        return new TomlRefusedException();
    }

    private sealed class TomlRefusedException : Exception;
}
