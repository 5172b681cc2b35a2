using System.Text;

namespace Strongroom.Cli.Terminal;

/// <summary>Columns as wide as their widest cell, two spaces between them, no frames: it pipes and greps. Columns without any entry are left out.</summary>
internal sealed class Table(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; an empty cell is shown as a dash.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(Screen screen)
    {
        var widths = new int[headers.Length];
        foreach (var row in _rows) Measure(row, widths);
        // A column without a single entry is left out: width 0.
        for (var i = 0; i < widths.Length; i++) if (widths[i] > 0) widths[i] = Math.Max(widths[i], headers[i].Length);
        screen.Line(screen.Out.Dim(Render(headers, widths)));
        foreach (var row in _rows) screen.Line(Render(row, widths));
    }

    private static void Measure(string[] row, int[] widths)
    {
        for (var i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], VisibleLength(row[i]));
    }

    private static string Render(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < row.Length; i++)
        {
            if (widths[i] == 0) continue;
            line.Append(row[i].Length == 0 ? "–" : row[i]);
            line.Append(' ', widths[i] - Math.Max(1, VisibleLength(row[i])) + 2);
        }
        return line.ToString().TrimEnd();
    }

    /// <summary>Length without colour codes.</summary>
    private static int VisibleLength(string text)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\x1b')
            {
                while (i < text.Length && text[i] != 'm') i++;
                continue;
            }
            if (!char.IsLowSurrogate(text[i])) length++;
        }
        return length;
    }
}
