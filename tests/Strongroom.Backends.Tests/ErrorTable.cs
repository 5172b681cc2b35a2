using System.Text;
using Shouldly;
using Strongroom.Secrets;

namespace Strongroom.Backends.Tests;

/// <summary>The table of a store's errors as docs/reference/stores.md has it.</summary>
internal sealed class ErrorTable(IReadOnlyList<string> rows)
{
    public static ErrorTable Of(string kind)
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs/reference/stores.md"));
        var section = page[page.IndexOf($"\n## `{kind}`", StringComparison.Ordinal)..];
        section = section[..(section.IndexOf("\n## ", 1, StringComparison.Ordinal) is var end and > 0 ? end : section.Length)];
        return new ErrorTable([.. section.Split('\n').SkipWhile(line => !line.EndsWith("| failure |", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|'))]);
    }

    /// <summary>Each code stands in one row, and that row tells its kind.</summary>
    public void ShouldHave(IEnumerable<(string Code, SecretErrorKind Kind)> errors)
    {
        foreach (var (code, kind) in errors)
        {
            var row = rows.Where(r => r.Contains($"`{code}`", StringComparison.Ordinal)).ShouldHaveSingleItem(code);
            row.ShouldEndWith($"| {Words(kind)} |", customMessage: code);
        }
    }

    private static string Words(SecretErrorKind kind)
    {
        var text = new StringBuilder();
        foreach (var c in kind.ToString()) text.Append(char.IsUpper(c) && text.Length > 0 ? " " : "").Append(char.ToLowerInvariant(c));
        return text.ToString();
    }

    private static string Root()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "Strongroom.slnx"))) return at;
        throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
