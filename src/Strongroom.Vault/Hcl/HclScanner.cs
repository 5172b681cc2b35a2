using System.Globalization;
using System.Text;

namespace Strongroom.Vault.Hcl;

/// <summary>Cuts a text into tokens, skipping space and comments.</summary>
internal sealed partial class HclScanner(string text, int firstLine, int indentation)
{
    private int _at = text.StartsWith('\uFEFF') ? 1 : 0;
    private int _line = firstLine;
    private int _lineStart;

    private int Column => _at - _lineStart + 1 + indentation;

    public HclToken Next()
    {
        SkipSpace();
        if (_at == text.Length) return Token(HclTokenKind.End);
        var c = text[_at];
        switch (c)
        {
            case '=': return Sign(HclTokenKind.Assign);
            case ',': return Sign(HclTokenKind.Comma);
            case '{': return Sign(HclTokenKind.OpenBody);
            case '}': return Sign(HclTokenKind.CloseBody);
            case '[': return Sign(HclTokenKind.OpenList);
            case ']': return Sign(HclTokenKind.CloseList);
            case '"': return Quoted();
            case '<': return Heredoc();
            case ':': throw Fault("':' does not belong here", "write key = value");
            case '\'': throw Fault("a text stands in double quotes", "write \"…\"");
        }
        if (char.IsAsciiDigit(c) || c == '-') return Number();
        if (char.IsLetter(c) || c == '_') return Word();
        throw Fault(char.IsControl(c) || char.IsSurrogate(c) ? $"a character U+{(int)c:X4} does not belong here" : $"'{c}' does not belong here");
    }

    private void SkipSpace()
    {
        while (_at < text.Length)
        {
            var c = text[_at];
            if (c == '\n') NewLine();
            else if (c is ' ' or '\t' or '\r') _at++;
            else if (c == '#' || (c == '/' && Peek(1) == '/')) _at = EndOfLine();
            else if (c == '/' && Peek(1) == '*') SkipComment();
            else return;
        }
    }

    private void SkipComment()
    {
        var end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0) throw Fault("this comment has no end", "close it with */");
        while (_at < end + 2)
        {
            if (text[_at] == '\n') NewLine();
            else _at++;
        }
    }

    private HclToken Word()
    {
        var token = Token(HclTokenKind.Word);
        var start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '.')) _at++;
        return token with { Text = text[start.._at] };
    }

    private HclToken Number()
    {
        var token = Token(HclTokenKind.Number);
        var start = _at++;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.' || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E'))) _at++;
        return token with { Text = text[start.._at] };
    }

    /// <summary>The value of a number token.</summary>
    public static double ValueOf(HclToken token)
    {
        var digits = token.Text.AsSpan();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && long.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0) return hex;
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(digits, styles, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return number;
        throw new HclSyntaxException(token.Line, token.Column, "this is no number", "put a text in quotes");
    }

    private HclToken Quoted()
    {
        var token = Token(HclTokenKind.Text);
        _at++;
        var close = text.AsSpan(_at).IndexOfAny("\"\\\r\n");
        if (close >= 0 && text[_at + close] == '"')
        {
            var start = _at;
            _at += close + 1;
            return token with { Text = text.Substring(start, close) };
        }
        var content = new StringBuilder();
        while (true)
        {
            if (_at == text.Length || text[_at] is '\n' or '\r')
                throw new HclSyntaxException(token.Line, token.Column, "this text has no closing quote on its line", "close it, or use <<EOT for several lines");
            var c = text[_at];
            if (c == '"') break;
            if (c == '\\') Escape(content);
            else
            {
                content.Append(c);
                _at++;
            }
        }
        _at++;
        return token with { Text = content.ToString() };
    }

    private void NewLine()
    {
        _line++;
        _lineStart = ++_at;
    }

    private int EndOfLine() => text.IndexOf('\n', _at) is var end and >= 0 ? end : text.Length;

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private HclToken Token(HclTokenKind kind) => new(kind, _line, Column, ContentLine: _line);

    private HclToken Sign(HclTokenKind kind)
    {
        var token = Token(kind);
        _at++;
        return token;
    }

    private HclSyntaxException Fault(string message, string? suggestion = null) => new(_line, Column, message, suggestion);
}
