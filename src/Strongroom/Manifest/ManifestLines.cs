namespace Strongroom.Manifest;

/// <summary>The lines of a manifest, found by key and indentation.</summary>
internal sealed class ManifestLines
{
    private readonly List<string> _lines;
    private readonly string _lineBreak;

    public ManifestLines(string text)
    {
        _lineBreak = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];
        if (_lines[^1].Length == 0) _lines.RemoveAt(_lines.Count - 1);
    }

    public int Count => _lines.Count;

    public int Append(string line)
    {
        _lines.Add(line);
        return _lines.Count - 1;
    }

    public void Insert(int at, string line) => _lines.Insert(at, line);

    public void Remove(int from, int to) => _lines.RemoveRange(from, to - from);

    /// <summary>The line of a key at an indentation, -1 when there is none.</summary>
    public int FindKey(string key, int from, int to, int indentation)
    {
        for (var i = from; i < to; i++)
        {
            if (!IsContent(i) || Indentation(i) != indentation) continue;
            var content = _lines[i].AsSpan(indentation);
            var colon = content.IndexOf(':');
            if (colon > 0 && content[..colon].Trim().Trim("\"'").SequenceEqual(key)) return i;
        }
        return -1;
    }

    /// <summary>The line after the last one that is indented below <paramref name="line"/>; comments and blank lines after it do not belong to it.</summary>
    public int EndOfBlock(int line)
    {
        var end = line + 1;
        for (var i = line + 1; i < _lines.Count; i++)
        {
            if (!IsContent(i)) continue;
            if (Indentation(i) <= Indentation(line)) break;
            end = i + 1;
        }
        return end;
    }

    public int IndentationOfBlock(int line, int end)
    {
        for (var i = line + 1; i < end; i++)
            if (IsContent(i)) return Indentation(i);
        return Indentation(line) + 2;
    }

    /// <summary>Makes sure that lines can be put under a key: nothing but a comment stands after its colon. <c>{}</c> is taken away.</summary>
    public void RequireBlock(int line, string key)
    {
        var colon = _lines[line].IndexOf(':', StringComparison.Ordinal);
        var rest = _lines[line].AsSpan(colon + 1).Trim();
        if (rest is "{}") _lines[line] = _lines[line][..(colon + 1)];
        else if (rest.Length > 0 && rest[0] != '#') throw ManifestEditor.ByHand(key);
    }

    public override string ToString() => string.Join(_lineBreak, _lines) + _lineBreak;

    private bool IsContent(int line) => _lines[line].AsSpan().TrimStart() is { Length: > 0 } content && content[0] != '#';

    private int Indentation(int line) => _lines[line].Length - _lines[line].AsSpan().TrimStart(' ').Length;
}
