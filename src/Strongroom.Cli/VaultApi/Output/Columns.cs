using System.Text;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.VaultApi.Output;

/// <summary>A table as Vault writes it: a header, hyphens under it, four spaces between columns, <c>n/a</c> for what is empty.</summary>
internal sealed class Columns
{
    private readonly List<string[]> _rows = [];

    public Columns(params string[] headers)
    {
        _rows.Add(headers);
        _rows.Add([.. headers.Select(h => new string('-', h.Length))]);
    }

    public bool IsEmpty => _rows.Count == 2;

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(c => c.Length == 0 ? "n/a" : c)]);

    public void Write(Screen screen)
    {
        var count = _rows[0].Length;
        var line = new StringBuilder();
        foreach (var row in _rows)
        {
            line.Clear();
            for (var i = 0; i < count; i++)
            {
                line.Append(row[i]);
                if (i < count - 1) line.Append(' ', _rows.Max(r => r[i].Length) - row[i].Length + 4);
            }
            screen.Line(line.ToString());
        }
    }
}
