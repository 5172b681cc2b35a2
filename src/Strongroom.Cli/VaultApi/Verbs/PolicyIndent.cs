using System.Text;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Indents HCL by its braces, two spaces for each, and leaves one empty line at most. Texts of several lines stay as they are.</summary>
internal static class PolicyIndent
{
    public static string Apply(string text)
    {
        var result = new StringBuilder(text.Length);
        var depth = 0;
        var isComment = false;
        string? heredocEnd = null;
        var empty = 0;
        foreach (var raw in text.ReplaceLineEndings("\n").TrimEnd().Split('\n'))
        {
            if (heredocEnd is not null)
            {
                result.Append(raw).Append('\n');
                if (raw.Trim() == heredocEnd) heredocEnd = null;
                continue;
            }
            var line = raw.Trim();
            if (line.Length == 0)
            {
                empty++;
                continue;
            }
            if (empty > 0 && result.Length > 0) result.Append('\n');
            empty = 0;
            var wasComment = isComment;
            var (opened, closedFirst) = Count(line, ref isComment, ref heredocEnd);
            var indent = wasComment ? depth : Math.Max(0, depth - closedFirst);
            result.Append(' ', indent * 2).Append(line).Append('\n');
            depth = Math.Max(0, depth + opened);
        }
        return result.ToString();
    }

    /// <summary>How many braces and brackets the line opens more than it closes, and how many it closes before it opens any.</summary>
    private static (int Opened, int ClosedFirst) Count(string line, ref bool isComment, ref string? heredocEnd)
    {
        int opened = 0, closedFirst = 0;
        var isText = false;
        for (var i = 0; i < line.Length; i++)
        {
            var rest = line.AsSpan(i);
            if (isComment)
            {
                if (!rest.StartsWith("*/", StringComparison.Ordinal)) continue;
                isComment = false;
                i++;
            }
            else if (isText)
            {
                if (line[i] == '\\') i++;
                else if (line[i] == '"') isText = false;
            }
            else if (line[i] == '"') isText = true;
            else if (line[i] == '#' || rest.StartsWith("//", StringComparison.Ordinal)) break;
            else if (rest.StartsWith("/*", StringComparison.Ordinal)) isComment = true;
            else if (rest.StartsWith("<<", StringComparison.Ordinal))
            {
                heredocEnd = rest[2..].TrimStart('-').Trim().ToString();
                break;
            }
            else if (line[i] is '{' or '[') opened++;
            else if (line[i] is '}' or ']')
            {
                if (opened <= 0) closedFirst++;
                opened--;
            }
        }
        return (opened, closedFirst);
    }
}
