using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Formats;

namespace Strongroom.Cli.VaultApi;

/// <summary>Help on Vault's commands.</summary>
internal static class ApiHelp
{
    /// <summary>A verb: what it does, how it is called, examples, flags.</summary>
    public static void WriteVerb(Screen screen, string name, ApiVerb verb)
    {
        screen.Line(verb.Summary);
        screen.Line();
        screen.Line($"{screen.Out.Bold("Usage")}  {name} {verb.Name} [flags] {verb.Arguments}".TrimEnd());
        screen.Line();
        screen.Line(screen.Out.Bold("Examples"));
        foreach (var (command, meaning) in verb.Examples)
        {
            screen.Line($"  {screen.Out.Dim("$")} {command}");
            screen.Line($"    {screen.Out.Dim(meaning)}");
        }
        Section(screen, "Flags", verb.Flags);
        Section(screen, "Answer", CommonFlags.Output);
        Section(screen, "Connection", CommonFlags.Connection);
    }

    /// <summary>The verbs that begin with the words, or all of them.</summary>
    public static void WriteFamily(Screen screen, string name, ReadOnlySpan<string> words)
    {
        var start = string.Concat(TakeWords(words).Select(w => w + " "));
        var verbs = ApiVerbList.All.Where(v => v.Name.StartsWith(start, StringComparison.Ordinal)).ToList();
        if (verbs.Count == 0)
        {
            WriteUnknown(screen, name, start.TrimEnd());
            return;
        }
        screen.Line($"{screen.Out.Bold("Usage")}  {name} {start}<command> [flags] [arguments]");
        screen.Line();
        foreach (var verb in verbs) screen.Line($"  {screen.Out.Cyan(verb.Name.PadRight(28))}  {verb.Summary}");
        screen.Line();
        screen.Line(screen.Out.Dim($"{name} <command> -help shows examples and flags."));
    }

    private static void WriteUnknown(Screen screen, string name, string typed)
    {
        var near = NearestWord.Find(typed, [.. ApiVerbList.All.Select(v => v.Name)]) ?? NearestWord.Find(typed.Split(' ')[0], [.. ApiVerbList.Families]);
        // What follows the command may be a value: it is not repeated.
        var words = typed.Split(' ');
        var command = string.Join(' ', words.Take(ApiVerbList.Families.Contains(words[0], StringComparer.Ordinal) ? 2 : 1));
        screen.Note($"Error: there is no command {(near is null ? "like this" : $"'{command}'; did you mean {near}?")}");
        screen.Note($"  → {name} -help lists them");
    }

    /// <summary>The words before the first flag.</summary>
    private static List<string> TakeWords(ReadOnlySpan<string> words)
    {
        var taken = new List<string>();
        foreach (var word in words)
        {
            if (word is ['-', ..]) break;
            taken.Add(word);
        }
        return taken;
    }

    private static void Section(Screen screen, string title, Flag[] flags)
    {
        if (flags.Length == 0) return;
        screen.Line();
        screen.Line(screen.Out.Bold(title));
        foreach (var flag in flags) screen.Line($"  {screen.Out.Cyan(Label(flag).PadRight(26))}  {flag.Help}");
    }

    /// <summary>A flag as it is typed.</summary>
    public static string Label(Flag flag) => string.Join(", ", flag.Aliases.Prepend(flag.Name).Select(n => "-" + n)) + (flag.IsSwitch ? "" : $"={flag.Value}");
}
