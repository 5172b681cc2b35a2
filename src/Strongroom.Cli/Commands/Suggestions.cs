using System.CommandLine;
using System.Globalization;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Commands;

/// <summary>
/// Answers the scripts of <c>completion</c>, which ask as <c>[suggest:position] line</c>: what the last word may become. Options are
/// offered once a hyphen is typed; after <c>--</c> the words are another program's.
/// </summary>
internal static class Suggestions
{
    private const string Directive = "[suggest:";

    /// <summary>False when nobody asks.</summary>
    public static bool TryWrite(RootCommand root, ReadOnlySpan<string> arguments, Screen screen)
    {
        if (arguments.Length != 2 || !arguments[0].StartsWith(Directive, StringComparison.Ordinal)) return false;
        var line = arguments[1];
        if (int.TryParse(arguments[0].AsSpan(Directive.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var point) && point < line.Length) line = line[..point];
        if (line.Contains(" -- ", StringComparison.Ordinal)) return true;
        var word = line[(line.LastIndexOf(' ') + 1)..];
        foreach (var item in CommandLine.Parse(root, line).GetCompletions(line.Length))
        {
            if (!item.Label.StartsWith(word, StringComparison.Ordinal) || item.Label[0] == '/' || item.Label is "-?") continue;
            if (item.Label[0] != '-' || word.StartsWith('-')) screen.Line(item.Label);
        }
        return true;
    }
}
