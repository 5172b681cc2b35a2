using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;

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
        var typed = new List<string>();
        foreach (var word in words)
        {
            if (word is ['-', ..]) break;
            typed.Add(word);
        }
        var verbs = new List<ApiVerb>();
        for (; typed.Count > 0 && verbs.Count == 0; typed.RemoveAt(typed.Count - 1))
        {
            var start = string.Join(' ', typed) + " ";
            verbs.AddRange(ApiVerbList.All.Where(v => v.Name.StartsWith(start, StringComparison.Ordinal)));
            if (verbs.Count > 0) break;
            screen.Note($"{name} has no command '{string.Join(' ', typed)}'");
        }
        screen.Line($"{screen.Out.Bold("Usage")}  {name} {string.Concat(typed.Select(t => t + " "))}<command> [flags] [arguments]");
        screen.Line();
        foreach (var verb in verbs.Count > 0 ? verbs : [.. ApiVerbList.All]) screen.Line($"  {screen.Out.Cyan(verb.Name.PadRight(28))}  {verb.Summary}");
        screen.Line();
        screen.Line(screen.Out.Dim($"{name} <command> -help shows examples and flags."));
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
