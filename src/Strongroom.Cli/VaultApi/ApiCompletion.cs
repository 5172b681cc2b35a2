using System.Globalization;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.VaultApi;

/// <summary>
/// Completes Vault's commands and flags. <c>complete -C vault vault</c>, the line that Vault's users have in their shell's start file,
/// works: the shell then calls the program with the line in <c>COMP_LINE</c>.
/// </summary>
internal static class ApiCompletion
{
    /// <summary>Answers the shell if it asks in Vault's way; false when it does not.</summary>
    public static bool TryAnswer(Screen screen)
    {
        if (Environment.GetEnvironmentVariable("COMP_LINE") is not { } line) return false;
        var end = int.TryParse(Environment.GetEnvironmentVariable("COMP_POINT"), NumberStyles.None, CultureInfo.InvariantCulture, out var point) ? point : line.Length;
        foreach (var word in Complete(line[..Math.Min(end, line.Length)])) screen.Line(word);
        return true;
    }

    /// <summary>
    /// Adds Vault's words to a completion of <c>strongroom</c>, which the shell asks for as <c>[suggest:position] line</c>. True when
    /// these are all there are.
    /// </summary>
    public static bool Suggest(ReadOnlySpan<string> arguments, Screen screen)
    {
        const string directive = "[suggest:";
        if (arguments.Length != 2 || !arguments[0].StartsWith(directive, StringComparison.Ordinal)) return false;
        var line = int.TryParse(arguments[0].AsSpan(directive.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var point) && point < arguments[1].Length
            ? arguments[1][..point] : arguments[1];
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isFirst = words.Length < 2 || (words.Length == 2 && line[^1] != ' ');
        var isVaults = !isFirst && ApiDispatch.NameFor(words.AsSpan(1)) is not null;
        if (!isFirst && !isVaults && words[1] != "audit") return false;
        foreach (var word in Complete(line)) screen.Line(word);
        return isVaults;
    }

    /// <summary>What the last word of the line may become. The first word is the program.</summary>
    public static IEnumerable<string> Complete(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        var isNew = line.Length == 0 || line[^1] == ' ';
        var last = isNew || words.Count < 2 ? "" : words[^1];
        var before = words.Skip(1).Take(words.Count - 1 - (isNew || words.Count < 2 ? 0 : 1)).ToArray();
        if (last.StartsWith('-'))
        {
            if (ApiVerbList.Find(before, out _) is not { } verb) return [];
            var hyphens = last.StartsWith("--", StringComparison.Ordinal) ? "--" : "-";
            return verb.AllFlags.Select(f => hyphens + f.Name + (f.IsSwitch ? "" : "=")).Where(w => w.StartsWith(last, StringComparison.Ordinal));
        }
        var start = string.Concat(before.Select(w => w + " "));
        return ApiVerbList.All.Where(v => v.Name.StartsWith(start + last, StringComparison.Ordinal)).Select(v => v.Name[start.Length..].Split(' ')[0]).Distinct();
    }
}
