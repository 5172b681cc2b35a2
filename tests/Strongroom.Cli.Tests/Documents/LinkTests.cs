using System.Text;
using System.Text.RegularExpressions;
using Shouldly;

namespace Strongroom.Cli.Tests.Documents;

/// <summary>Every link in our documents leads to a file, and to a heading of it where it says so; and every page can be found.</summary>
public sealed partial class LinkTests
{
    private static readonly string Docs = Path.Combine(Workshop.Repository, "docs");

    [Fact]
    public void Links_lead_somewhere()
    {
        var faults = new StringBuilder();
        var links = 0;
        foreach (var file in Documents())
        {
            foreach (var target in LinksOf(file))
            {
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                links++;
                var (path, heading) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
                var full = path.Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path));
                var where = Path.GetRelativePath(Workshop.Repository, file);
                if (!File.Exists(full) && !Directory.Exists(full)) faults.AppendLine($"{where}: {target}: there is no such file");
                else if (heading is not null && !HeadingsOf(full).Contains(heading)) faults.AppendLine($"{where}: {target}: there is no such heading");
            }
        }
        links.ShouldBeGreaterThan(100);
        faults.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Every_page_is_in_the_index()
    {
        var index = Path.Combine(Docs, "index.md");
        var listed = LinksOf(index).Select(t => Path.GetFullPath(Path.Combine(Docs, t.Split('#')[0]))).ToHashSet();
        Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories).Where(f => f != index && !listed.Contains(f)).ShouldBeEmpty();
    }

    [Fact]
    public void Guides_have_an_example()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Docs, "how-to"), "*.md").Concat(Directory.GetFiles(Docs, "tutorial*.md")))
            File.ReadAllText(file).ShouldContain("```", customMessage: Path.GetFileName(file));
    }

    private static IEnumerable<string> Documents() => Directory.GetFiles(Docs, "*.md", SearchOption.AllDirectories)
        .Concat(Directory.GetFiles(Workshop.Repository, "*.md"))
        .Concat(Directory.GetFiles(Path.Combine(Workshop.Repository, "samples"), "*.md", SearchOption.AllDirectories).Where(f => !f.Contains("node_modules", StringComparison.Ordinal)));

    private static IEnumerable<string> LinksOf(string file) => Link().Matches(TextOf(file)).Select(m => Uri.UnescapeDataString(m.Groups[1].Value));

    /// <summary>The anchors of a page, made as GitHub makes them: lower case, blanks to hyphens, marks left out, the second of a kind with a number.</summary>
    private static HashSet<string> HeadingsOf(string file)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Heading().Matches(TextOf(file)))
        {
            var text = MarkedLink().Replace(heading.Groups[1].Value.Trim(), "$1").ToLowerInvariant();
            var anchor = string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
            for (var n = 0; !anchors.Add(n == 0 ? anchor : $"{anchor}-{n}"); n++) { }
        }
        return anchors;
    }

    /// <summary>A page without its blocks of code, where brackets and hashes are something else.</summary>
    private static string TextOf(string file) => Block().Replace(File.ReadAllText(file), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex MarkedLink();

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
