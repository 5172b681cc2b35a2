using System.Text;

namespace Strongroom.Cli.Terminal;

/// <summary>
/// Columns as wide as their widest cell, two spaces between them, no frames: it pipes and greps. Columns without any entry are left out.
/// Where a terminal is too narrow for it, the last column is broken into lines, and if that is not enough, each row is told on lines of its own.
/// </summary>
internal sealed class Table(params string[] headers)
{
    private const int Gap = 2;
    private const int LastColumnMin = 20;
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; an empty cell is shown as a dash.</summary>
    public void Add(params string[] cells) => _rows.Add(Array.ConvertAll(cells, VisibleText.OnOneLine));

    public void Write(Screen screen)
    {
        foreach (var line in Lines(screen.Out, screen.TerminalWidth ?? int.MaxValue)) screen.Line(line);
    }

    /// <summary>The lines for a terminal of so many columns.</summary>
    internal IEnumerable<string> Lines(Ink ink, int room)
    {
        var widths = new int[headers.Length];
        foreach (var row in _rows) Measure(row, widths);
        // A column without a single entry is left out: width 0.
        for (var i = 0; i < widths.Length; i++) if (widths[i] > 0) widths[i] = Math.Max(widths[i], headers[i].Length);
        var last = Array.FindLastIndex(widths, w => w > 0);
        var total = -Gap;
        foreach (var width in widths) if (width > 0) total += width + Gap;
        if (total > room && last > 0) widths[last] -= total - room;
        if (total > room && (last <= 0 || widths[last] < LastColumnMin))
        {
            foreach (var line in Stacked(ink, room)) yield return line;
            yield break;
        }
        yield return ink.Dim(Render(headers, widths));
        foreach (var row in _rows)
        {
            var rest = row;
            while (last >= 0 && total > room && VisibleText.WidthOf(rest[last]) > widths[last])
            {
                var end = Break(rest[last], widths[last]);
                yield return Render(With(rest, last, rest[last][..end]), widths);
                rest = With(Array.ConvertAll(rest, _ => " "), last, rest[last][end..].TrimStart(' '));
            }
            yield return Render(rest, widths);
        }
    }

    /// <summary>The first cell on a line of its own, and under it what the others say.</summary>
    private IEnumerable<string> Stacked(Ink ink, int room)
    {
        foreach (var row in _rows)
        {
            yield return row[0];
            var line = new StringBuilder();
            var used = 0;
            for (var i = 1; i < row.Length; i++)
            {
                if (row[i].Length == 0) continue;
                var width = headers[i].Length + 1 + VisibleText.WidthOf(row[i]);
                if (used > 0 && used + Gap + width > room)
                {
                    yield return line.ToString();
                    line.Clear();
                    used = 0;
                }
                line.Append(' ', Gap).Append(ink.Dim(headers[i])).Append(' ').Append(row[i]);
                used += Gap + width;
            }
            if (used > 0) yield return line.ToString();
        }
    }

    private static void Measure(string[] row, int[] widths)
    {
        for (var i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], VisibleText.WidthOf(row[i]));
    }

    private static string[] With(string[] row, int index, string cell)
    {
        var changed = (string[])row.Clone();
        changed[index] = cell;
        return changed;
    }

    /// <summary>Where a cell is broken: at the last blank that fits, else after the last slash, else where the room ends.</summary>
    private static int Break(string text, int width)
    {
        var end = text.Length;
        while (end > 1 && VisibleText.WidthOf(text[..end]) > width) end -= char.IsLowSurrogate(text[end - 1]) ? 2 : 1;
        var blank = text.LastIndexOf(' ', end - 1);
        if (blank > 0) return blank;
        var slash = text.LastIndexOf('/', end - 1) + 1;
        return slash > 0 ? slash : Math.Max(1, end);
    }

    private static string Render(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < row.Length; i++)
        {
            if (widths[i] == 0) continue;
            line.Append(row[i].Length == 0 ? "–" : row[i]);
            line.Append(' ', Math.Max(0, widths[i] - Math.Max(1, VisibleText.WidthOf(row[i]))) + Gap);
        }
        return line.ToString().TrimEnd();
    }
}
