using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Shouldly;
using Strongroom.Cli.Commands;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Tests.Documents;

/// <summary>docs/reference/commands.md is what the verbs say of themselves. STRONGROOM_UPDATE_DOCS=1 rewrites it.</summary>
public sealed class CommandReferenceTests
{
    private static readonly RootCommand Root = VerbList.Build(Screen.OfProcess());

    [Fact]
    public void Reference_says_what_the_commands_say()
    {
        var file = Path.Combine(Workshop.Repository, "docs", "reference", "commands.md");
        var expected = Render();
        if (Environment.GetEnvironmentVariable("STRONGROOM_UPDATE_DOCS") == "1") File.WriteAllText(file, expected);
        File.ReadAllText(file).ShouldBe(expected, "set STRONGROOM_UPDATE_DOCS=1 to rewrite it");
    }

    [Fact]
    public void Every_command_has_examples_and_every_option_a_description()
    {
        foreach (var verb in Verbs(Root))
        {
            if (verb is not VerbFamily) verb.Examples.ShouldNotBeEmpty(verb.Name);
            foreach (var option in verb.Options) option.Description.ShouldNotBeNullOrEmpty($"{verb.Name} {option.Name}");
            foreach (var argument in verb.Arguments) argument.Description.ShouldNotBeNullOrEmpty($"{verb.Name} {argument.Name}");
        }
    }

    private static IEnumerable<Verb> Verbs(Command parent) => parent.Subcommands.OfType<Verb>().SelectMany(v => Verbs(v).Prepend(v));

    private static string Render()
    {
        var text = new StringBuilder("""
            # Commands

            What `strongroom <command> --help` says, on one page. Generated from the commands themselves; do not edit.

            Answers go to standard output, everything else to standard error. Values are masked on a terminal unless `--reveal` is given; a pipe or
            `--output` gets them as they are. No value is ever taken as an argument. Colours appear on a terminal only and respect `NO_COLOR`.

            ## Exit codes

            | code | meaning |
            |---|---|
            | 0 | done |
            | 1 | failed in a way that has no code of its own; `doctor` found something wrong |
            | 2 | the command line, the manifest or an input is wrong |
            | 3 | the secret, version, field or project is not there |
            | 4 | denied, or the vault does not open |
            | 5 | a store cannot be reached or asks to wait |
            | 6 | something else is there: another version, another value, another project |
            | 7 | damaged or changed by others, or the disk refuses |
            | 130 | given up by the person (Ctrl-C, or no at a question) |

            `run` ends with the code of the program, 128 + n after signal n. Its own failures are 125 (before the program could start), 126 (the file
            cannot be executed) and 127 (no such command), as with `env`. A wrong command line is 2 there, too.

            ## Options of every command


            """);
        Options(text, GlobalOptions.All);
        foreach (var verb in Root.Subcommands.OfType<Verb>())
        {
            text.Append($"\n## {verb.Name}\n\n{verb.Description}\n");
            if (verb is VerbFamily)
            {
                foreach (var member in verb.Subcommands.OfType<Verb>()) Describe(text, member, "###");
            }
            else
            {
                Describe(text, verb, null);
            }
        }
        return text.ToString();
    }

    private static void Describe(StringBuilder text, Verb verb, string? heading)
    {
        if (heading is not null) text.Append($"\n{heading} {HelpPage.PathOf(verb)["strongroom ".Length..]}\n\n{verb.Description}\n");
        text.Append($"\n```\n{HelpPage.Usage(verb)}\n```\n");
        if (verb.Aliases.Count > 0) text.Append($"\nAlso called {string.Join(", ", verb.Aliases.Select(a => $"`{a}`"))}.\n");
        if (verb.Arguments.Count + verb.Options.Count(o => o is not HelpOption) > 0)
        {
            text.Append("\n| | |\n|---|---|\n");
            foreach (var argument in verb.Arguments) Row(text, $"<{argument.HelpName ?? argument.Name}>", argument.Description!);
            foreach (var option in verb.Options.Where(o => o is not HelpOption)) Row(text, HelpPage.Label(option), option.Description!);
        }
        text.Append("\n```sh\n");
        foreach (var (command, meaning) in verb.Examples) text.Append($"{command}    # {meaning}\n");
        text.Append("```\n");
    }

    private static void Options(StringBuilder text, IEnumerable<Option> options)
    {
        text.Append("| | |\n|---|---|\n");
        foreach (var option in options) Row(text, HelpPage.Label(option), option.Description!);
    }

    private static void Row(StringBuilder text, string label, string meaning) => text.Append($"| `{label}` | {meaning.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
}
