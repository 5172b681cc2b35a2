using System.Globalization;
using System.Text;

namespace Strongroom.Vault.Hcl;

/// <summary>Escapes and heredocs.</summary>
internal sealed partial class HclScanner
{
    private void Escape(StringBuilder content)
    {
        var sign = Peek(1);
        var plain = sign switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'v' => '\v',
            '"' or '\\' => sign,
            _ => '\0',
        };
        if (plain != '\0')
        {
            content.Append(plain);
            _at += 2;
            return;
        }
        var digits = sign switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0 || _at + 2 + digits > text.Length
            || !uint.TryParse(text.AsSpan(_at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
            throw Fault("unknown escape", "known: \\n \\t \\r \\\" \\\\ \\xhh \\uhhhh \\Uhhhhhhhh");
        content.Append(new Rune(code).ToString());
        _at += 2 + digits;
    }

    /// <summary>
    /// The lines up to one that holds only the mark. As in HCL 1 that line may be indented. <c>&lt;&lt;-</c> takes the
    /// indentation of the mark away from all lines, if all have it.
    /// </summary>
    private HclToken Heredoc()
    {
        var token = Token(HclTokenKind.Text);
        var at = _at + 1;
        if (Peek(1) != '<') throw Fault("'<' does not belong here", "a heredoc begins with <<EOT");
        var indented = Peek(2) == '-';
        at = _at + (indented ? 3 : 2);
        var endOfLine = EndOfLine();
        var mark = text.AsSpan(at, endOfLine - at).TrimEnd('\r');
        if (mark.IsEmpty || endOfLine == text.Length || !IsMark(mark))
            throw Fault("a heredoc begins with << and a word at the end of the line", "write <<EOT");

        var start = endOfLine + 1;
        _at = endOfLine;
        while (_at < text.Length)
        {
            NewLine();
            var end = EndOfLine();
            if (text.AsSpan(_at, end - _at).Trim(" \t\r").SequenceEqual(mark))
            {
                var margin = text.AsSpan(_at, text.AsSpan(_at, end - _at).IndexOfAnyExcept(" \t"));
                var content = text.AsSpan(start, _lineStart - start);
                _at = end;
                var loses = indented && !margin.IsEmpty && AllBeginWith(content, margin);
                return token with
                {
                    Text = loses ? Unindent(content, margin.Length) : content.ToString(),
                    ContentLine = token.Line + 1,
                    Indentation = loses ? margin.Length : 0,
                };
            }
            _at = end;
        }
        throw new HclSyntaxException(token.Line, token.Column, $"this heredoc has no end", "close it with its mark alone on a line");
    }

    private static bool IsMark(ReadOnlySpan<char> mark)
    {
        foreach (var c in mark)
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '-' or '.')) return false;
        return true;
    }

    private static bool AllBeginWith(ReadOnlySpan<char> content, ReadOnlySpan<char> margin)
    {
        foreach (var range in content.Split('\n'))
        {
            var line = content[range];
            if (!line.StartsWith(margin, StringComparison.Ordinal) && range.End.Value < content.Length) return false;
        }
        return true;
    }

    private static string Unindent(ReadOnlySpan<char> content, int margin)
    {
        var result = new StringBuilder(content.Length);
        while (!content.IsEmpty)
        {
            var end = content.IndexOf('\n') + 1;
            result.Append(content[margin..end]);
            content = content[end..];
        }
        return result.ToString();
    }
}
