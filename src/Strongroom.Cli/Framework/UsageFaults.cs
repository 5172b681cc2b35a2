using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Strongroom.Cli.Terminal;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>
/// Says what is wrong with a command line, in our words and all at once. A stray argument is never repeated: it may be a
/// secret that somebody typed where no value belongs.
/// </summary>
internal static class UsageFaults
{
    /// <summary>Tells every fault and returns the exit code; null when there is nothing to complain about.</summary>
    public static int? Report(ParseResult result, Screen screen)
    {
        var command = result.CommandResult.Command;
        var faults = Describe(result).Distinct().ToList();
        if (faults.Count == 0) return null;
        var help = $"{HelpPage.PathOf(command)} --help shows how it is called";
        if (IsJson(result))
        {
            JsonOutput.WriteError(screen, new SecretException(SecretErrorKind.InvalidInput, string.Join("; ", faults), help: help));
            return ExitCode.Usage;
        }
        foreach (var fault in faults) screen.Fail(fault);
        screen.Tip(help);
        return ExitCode.Usage;
    }

    private static bool IsJson(ParseResult result) => result.GetResult(GlobalOptions.Json) is { Implicit: false, Errors: var errors } && !errors.Any();

    private static IEnumerable<string> Describe(ParseResult result)
    {
        var command = result.CommandResult.Command;
        // What follows an option that does not exist is its value, and no fault of its own.
        var options = OptionsTakenForArguments(result).Concat(result.UnmatchedTokens.Where(t => t.StartsWith('-'))).ToList();
        foreach (var option in options) yield return Unknown(option, command);
        if (options.Count == 0) foreach (var token in result.UnmatchedTokens) yield return Unknown(token, command);
        foreach (var error in result.Errors)
        {
            switch (error.SymbolResult)
            {
                case OptionResult option:
                    yield return Bad(option);
                    break;
                case ArgumentResult { Parent: OptionResult option }:
                    yield return Bad(option);
                    break;
                case ArgumentResult argument when argument.Tokens.Count == 0:
                    yield return $"{command.Name} needs a {argument.Argument.HelpName ?? argument.Argument.Name}";
                    break;
                case ArgumentResult argument:
                    yield return $"{command.Name} takes {OneOf(argument.Argument.GetCompletions(CompletionContext.Empty)) ?? "something else"}";
                    break;
                default:
                    if (result.UnmatchedTokens.Count == 0) yield return Missing(command) ?? error.Message;
                    break;
            }
        }
    }

    /// <summary>
    /// A word with a hyphen before <c>--</c> is an option that does not exist, not an argument: no name or file begins so, and for
    /// `run` only the first can be meant for us. A hyphen alone is standard input.
    /// </summary>
    private static IEnumerable<string> OptionsTakenForArguments(ParseResult result)
    {
        var ours = result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).Select(t => t.Value).ToHashSet();
        foreach (var argument in result.CommandResult.Command.Arguments)
        {
            var words = (result.GetResult(argument)?.Tokens ?? []).Take(argument.CaptureRemainingTokens ? 1 : int.MaxValue);
            foreach (var word in words) if (word.Value is ['-', _, ..] && ours.Contains(word.Value)) yield return word.Value;
        }
    }

    private static string Unknown(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            var name = token.Split('=', 2)[0];
            if (!name.StartsWith("--", StringComparison.Ordinal) && name.Length > 2) name = name[..2];
            var options = command.Options.Concat(GlobalOptions.All).Where(o => !o.Hidden).Select(o => o.Name).ToList();
            return $"there is no option {name}{Meant(name, options)}";
        }
        if (command is RootCommand or VerbFamily)
        {
            var names = command.Subcommands.Where(c => !c.Hidden).SelectMany(c => c.Aliases.Prepend(c.Name)).ToList();
            return $"there is no command {token}{Meant(token, names)}";
        }
        return command.Name == "set"
            ? "set takes the name only; the value is typed, piped in, or read with --from-file, so that no process list or history shows it"
            : $"{command.Name} was given more than it takes";
    }

    private static string Bad(OptionResult option)
    {
        var name = option.Option.Name;
        if (option.Tokens.Count == 0) return option.Implicit ? $"{name} is missing" : $"{name} needs a value: {name} <{option.Option.HelpName ?? "value"}>";
        if (option.IdentifierTokenCount > 1 && option.Option.Arity.MaximumNumberOfValues <= 1) return $"{name} may be given only once";
        return $"{name} takes {OneOf(option.Option.GetCompletions(CompletionContext.Empty)) ?? "a number"}, not '{option.Tokens[^1].Value}'";
    }

    private static string? Missing(Command command)
    {
        var required = command.Options.Where(o => o.Required).Select(o => o.Name).ToList();
        if (required.Count > 0) return $"{command.Name} needs {string.Join(", ", required)}";
        return command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0) is { } argument
            ? $"{command.Name} needs a {argument.HelpName ?? argument.Name}"
            : null;
    }

    private static string? OneOf(IEnumerable<CompletionItem> items)
    {
        var words = items.Select(i => i.Label).ToList();
        return words.Count switch { 0 => null, 1 => words[0], _ => $"{string.Join(", ", words[..^1])} or {words[^1]}" };
    }

    private static string Meant(string word, IReadOnlyCollection<string> known) =>
        NearestWord.Find(word, known) is { } near ? $"; did you mean {near}?" : "";
}
