using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>The state of one reading.</summary>
internal ref struct DotEnvReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly DotEnvOptions _options;
    private readonly SecretBuffer _value;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public DotEnvReader(ReadOnlySpan<byte> text, DotEnvOptions options, SecretBuffer value)
    {
        _text = text;
        _options = options;
        _value = value;
        if (text.StartsWith("\uFEFF"u8)) _at = _lineStart = 3;
    }

    public List<DotEnvAssignment> Assignments { get; } = [];

    public List<TextFault> Faults { get; } = [];

    public void ReadAll()
    {
        while (_at < _text.Length)
        {
            var faults = Faults.Count;
            ReadStatement();
            if (Faults.Count > faults) SkipLine();
        }
    }

    private readonly byte Current => _at < _text.Length ? _text[_at] : (byte)'\n';

    private void ReadStatement()
    {
        var start = _at;
        SkipBlanks();
        if (TryEndLine()) return;
        if (Current == '#')
        {
            SkipLine();
            return;
        }
        if (_text[_at..].StartsWith("export"u8) && _at + 6 < _text.Length && _text[_at + 6] is (byte)' ' or (byte)'\t')
        {
            _at += 6;
            SkipBlanks();
        }
        var line = _line;
        if (ReadName() is not { } name) return;
        SkipBlanks();
        if (Current != '=')
        {
            Fault($"{name} has no value", Current == ':' ? "write = and not :" : $"write {name}= for an empty one");
            return;
        }
        _at++;
        _value.Clear();
        SkipBlanks();
        var writtenStart = _at;
        if (!ReadValue(name, out var writtenEnd)) return;
        if (_value.Length > SecretValue.LengthMax)
        {
            Faults.Add(new TextFault(_options.File, line, 1, $"the value of {name} is larger than {SecretValue.LengthMax >> 20} MiB"));
            return;
        }
        if (!ReadLineEnd(name)) return;
        Assignments.Add(new DotEnvAssignment(name, _value.ToValue(), line, start.._at, writtenStart..writtenEnd));
    }

    private string? ReadName()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is var c && (char.IsAsciiLetterOrDigit((char)c) || c is (byte)'_' or (byte)'.' or (byte)'-')) _at++;
        var name = Encoding.ASCII.GetString(_text[start.._at]);
        if (DotEnvParser.IsName(name)) return name;
        _at = start;
        Fault("no name where one is expected", "write NAME=value; a name has letters, digits and underscores and does not begin with a digit");
        return null;
    }

    private bool ReadValue(string name, out int writtenEnd)
    {
        var read = Current switch
        {
            (byte)'\'' or (byte)'`' => ReadLiteral(name, Current),
            (byte)'"' => ReadDoubleQuoted(name),
            _ => ReadUnquoted(name),
        };
        writtenEnd = _at;
        return read;
    }

    private bool ReadUnquoted(string name)
    {
        // A number sign begins a comment only after a blank: many passwords contain one.
        var start = _at;
        var end = _at;
        while (end < _text.Length && _text[end] is not ((byte)'\n' or (byte)'\r'))
        {
            if (_text[end] == '#' && (end == start || IsBlank(_text[end - 1]))) break;
            if (_text[end] == 0) return FaultHere(end, $"the value of {name} contains a NUL byte", suggestion: null);
            end++;
        }
        while (end > start && IsBlank(_text[end - 1])) end--;
        while (_at < end)
        {
            if (Current == '$' && _options.Interpolate)
            {
                if (!ReadVariable(name, end)) return false;
            }
            else _value.Append(_text[_at++]);
        }
        return true;
    }

    private bool ReadLiteral(string name, byte quote)
    {
        var (line, opening) = (_line, _at++);
        while (_at < _text.Length)
        {
            if (Current == quote)
            {
                _at++;
                return true;
            }
            if (!AppendPlain(name)) return false;
        }
        return Unclosed(name, line, opening);
    }

    private bool ReadDoubleQuoted(string name)
    {
        var (line, opening) = (_line, _at++);
        while (_at < _text.Length)
        {
            switch (Current)
            {
                case (byte)'"':
                    _at++;
                    return true;
                case (byte)'\\':
                    ReadEscape();
                    break;
                case (byte)'$' when _options.Interpolate:
                    if (!ReadVariable(name, _text.Length)) return false;
                    break;
                default:
                    if (!AppendPlain(name)) return false;
                    break;
            }
        }
        return Unclosed(name, line, opening);
    }

    private void ReadEscape()
    {
        _at++;
        var escaped = Current switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'"' or (byte)'\\' or (byte)'$' or (byte)'`' => Current,
            _ => (byte)0,
        };
        // An unknown escape keeps its backslash, so that C:\directory survives.
        if (escaped == 0 || _at >= _text.Length) _value.Append((byte)'\\');
        else
        {
            _value.Append(escaped);
            _at++;
        }
    }

    private bool AppendPlain(string name)
    {
        if (Current == 0) return FaultHere(_at, $"the value of {name} contains a NUL byte", suggestion: null);
        if (Current is (byte)'\n' or (byte)'\r')
        {
            TryEndLine();
            _value.Append((byte)'\n');
        }
        else _value.Append(_text[_at++]);
        return true;
    }

    private bool ReadVariable(string name, int end)
    {
        var rest = _text[_at..end];
        if (!DotEnvVariable.TryRead(rest, out var variable))
        {
            if (rest.StartsWith("${"u8)) return FaultHere(_at, $"the value of {name} has a ${{ that is not ${{NAME}} or ${{NAME:-default}}", @"write \$ in double quotes for a dollar sign");
            _value.Append(_text[_at++]);
            return true;
        }
        _at += variable.Length;
        if (Find(variable.Name) is { } found) _value.Write(found.Reveal());
        else _value.Write(variable.Default);
        return true;
    }

    private readonly SecretValue? Find(string name)
    {
        for (var i = Assignments.Count - 1; i >= 0; i--)
            if (string.Equals(Assignments[i].Name, name, StringComparison.Ordinal)) return Assignments[i].Value;
        return _options.Variables?.Invoke(name);
    }

    /// <summary>After a value there may be blanks and a comment.</summary>
    private bool ReadLineEnd(string name)
    {
        SkipBlanks();
        if (Current == '#' && _at < _text.Length)
        {
            while (_at < _text.Length && Current is not ((byte)'\n' or (byte)'\r')) _at++;
        }
        return TryEndLine() || FaultHere(_at, $"text after the closing quote of {name}", "quote the whole value, or begin a comment with #");
    }

    private bool TryEndLine()
    {
        if (_at >= _text.Length) return true;
        if (_text[_at] is not ((byte)'\n' or (byte)'\r')) return false;
        if (_text[_at] == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at++;
        _lineStart = ++_at;
        _line++;
        return true;
    }

    private void SkipLine()
    {
        while (_at < _text.Length && _text[_at] is not ((byte)'\n' or (byte)'\r')) _at++;
        TryEndLine();
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && IsBlank(_text[_at])) _at++;
    }

    private static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\t';

    private bool Unclosed(string name, int line, int opening)
    {
        // Go on after the line of the opening quote: the rest of the file is most likely sound.
        var quote = (char)_text[opening];
        var lineStart = _text[..opening].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        (_line, _lineStart, _at) = (line, lineStart, opening);
        return FaultHere(opening, $"the value of {name} has no closing {quote}", suggestion: null);
    }

    private void Fault(string message, string? suggestion) => FaultHere(_at, message, suggestion);

    private bool FaultHere(int at, string message, string? suggestion)
    {
        Faults.Add(new TextFault(_options.File, _line, at - _lineStart + 1, message, suggestion));
        return false;
    }
}
