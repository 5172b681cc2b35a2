using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Framework;

/// <summary>Help as we like to read it: what it does, how to call it, examples, then every option.</summary>
internal sealed class HelpPage(Screen screen) : SynchronousCommandLineAction
{
    private static readonly (VerbGroup Group, string Title)[] Groups =
    [
        (VerbGroup.Start, "Start here"), (VerbGroup.Secrets, "Secrets"), (VerbGroup.Move, "Move them"),
        (VerbGroup.Look, "Look inside"), (VerbGroup.Vault, "The vault"),
    ];

    private Ink Ink => screen.Out;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command is RootCommand root) WriteOverview(root);
        else WriteCommand(command);
        return ExitCode.Success;
    }

    public void WriteOverview(RootCommand root)
    {
        screen.Line(Ink.Bold("strongroom"));
        foreach (var line in Wrap(root.Description ?? "", screen.Width)) screen.Line(line);
        foreach (var (group, title) in Groups)
        {
            screen.Line();
            screen.Line(Ink.Bold(title));
            foreach (var verb in root.Subcommands.OfType<Verb>().Where(v => v.Group == group && v is not Commands.ServerVerb && !v.Hidden)) Row(verb.Name, verb.Description ?? "", 12);
        }
        screen.Line();
        screen.Line(Ink.Bold("A server with Vault's API"));
        Row("server", "Start one; server -dev to try things out.", 12);
        Row("kv, read, …", "Every command of the vault program works against it and against Vault itself: status, read, write, kv, login, token, policy, secrets, auth, operator, lease, …; strongroom kv -help shows examples and flags.", 12);
        screen.Line();
        screen.Line(Ink.Bold("In a hurry"));
        Example("strongroom init && strongroom import .env", "an encrypted vault, and your keys in it");
        Example("strongroom run -- npm start", "the program with its secrets, and no .env");
        screen.Line();
        screen.Line(Ink.Dim("strongroom <command> --help shows examples and options."));
    }

    private void WriteCommand(Command command)
    {
        screen.Line(command.Description ?? command.Name);
        screen.Line();
        screen.Line($"{Ink.Bold("Usage")}  {Usage(command)}");
        if (command is Verb { Examples.Length: > 0 } verb)
        {
            screen.Line();
            screen.Line(Ink.Bold("Examples"));
            foreach (var (line, meaning) in verb.Examples) Example(line, meaning);
        }
        if (command.Subcommands.Count > 0) Section("Commands", command.Subcommands.Select(c => (c.Name, c.Description ?? "")));
        if (command.Arguments.Count > 0) Section("Arguments", command.Arguments.Select(a => (a.HelpName ?? a.Name, a.Description ?? "")));
        Section("Options", command.Options.Where(o => !o.Hidden && o is not HelpOption).Select(o => (Label(o), o.Description ?? "")));
        Section("Everywhere", GlobalOptions.All.Select(o => (Label(o), o.Description ?? "")));
    }

    private void Section(string title, IEnumerable<(string Label, string Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        screen.Line();
        screen.Line(Ink.Bold(title));
        var width = Math.Min(28, all.Max(r => r.Label.Length));
        foreach (var (label, text) in all) Row(label, text, width);
    }

    private void Row(string label, string text, int width)
    {
        var indent = new string(' ', width + 4);
        var lead = $"  {Ink.Cyan(label)}{new string(' ', Math.Max(0, width - label.Length))}  ";
        if (label.Length > width)
        {
            screen.Line(lead.TrimEnd());
            lead = indent;
        }
        foreach (var line in Wrap(text, screen.Width - indent.Length))
        {
            screen.Line(lead + line);
            lead = indent;
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var end = text.LastIndexOf(' ', width);
            if (end <= 0) break;
            yield return text[..end];
            text = text[(end + 1)..];
        }
        yield return text;
    }

    private void Example(string command, string meaning)
    {
        screen.Line($"  {Ink.Dim("$")} {command}");
        screen.Line($"    {Ink.Dim(meaning)}");
    }

    /// <summary>How a command is called, in one line.</summary>
    public static string Usage(Command command)
    {
        var arguments = string.Concat(command.Arguments.Select(a =>
        {
            var name = $"<{a.HelpName ?? a.Name}>{(a.Arity.MaximumNumberOfValues > 1 ? "…" : "")}";
            return a.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}";
        }));
        var separator = command.Arguments.Any(a => a.CaptureRemainingTokens) ? " --" : "";
        return $"{PathOf(command)}{(command.Subcommands.Count > 0 ? " <command>" : "")} [options]{separator}{arguments}";
    }

    /// <summary>The words that call a command: <c>strongroom audit verify</c>.</summary>
    public static string PathOf(Command command) => command is RootCommand
        ? "strongroom"
        : $"{PathOf(command.Parents.OfType<Command>().First())} {command.Name}";

    /// <summary>An option with its short name and what it takes.</summary>
    public static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Prepend(option.Name).OrderBy(n => n.Length));
        return option.ValueType == typeof(bool) ? names : $"{names} <{option.HelpName ?? option.Name.TrimStart('-')}>";
    }
}
