using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Strongroom.Cli.Commands;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi;

namespace Strongroom.Cli.Tests.Documents;

/// <summary>Every command that we write down somewhere is one that the parser understands.</summary>
public sealed partial class WrittenCommandTests
{
    private static readonly RootCommand Root = VerbList.Build(Screen.OfProcess());

    [Fact]
    public void Examples_of_the_help_parse() => Check(
        Verbs(Root).SelectMany(v => v.Examples.Select(e => (v.Name, e.Command))).Where(e => e.Command.Contains("strongroom ", StringComparison.Ordinal)));

    [Fact]
    public void Commands_in_the_documents_parse()
    {
        var lines = new List<(string Where, string Line)>();
        var files = Directory.GetFiles(Path.Combine(Workshop.Repository, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Workshop.Repository, "README.md"));
        foreach (var file in files)
        {
            var name = Path.GetRelativePath(Workshop.Repository, file);
            var isCode = false;
            foreach (var line in File.ReadAllLines(file))
            {
                if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) isCode = !isCode;
                else if (line.Contains("[options]", StringComparison.Ordinal)) continue; // how a command is called, not a call
                else if (isCode && CommandInCode().Match(line) is { Success: true } match) lines.Add((name, match.Groups[1].Value));
                else if (!isCode) foreach (Match quoted in CommandInText().Matches(line)) lines.Add((name, quoted.Groups[1].Value));
            }
        }
        lines.Count.ShouldBeGreaterThan(50);
        Check(lines);
    }

    private static void Check(IEnumerable<(string Where, string Line)> lines)
    {
        var faults = new StringBuilder();
        foreach (var (where, line) in lines)
        {
            foreach (Match call in Calls().Matches(Comment().Replace(line, "")))
            {
                var words = Words(call.Groups[1].Value);
                if (ApiDispatch.NameFor(words) is not null)
                {
                    // Vault's words have a parser of their own.
                    if (words[0] != "server" && ApiVerbList.Find(words, out _) is null && !ApiVerbList.Families.Contains(words[0])) faults.AppendLine($"{where}: {line}: no command of Vault's");
                    continue;
                }
                var result = CommandLine.Parse(Root, words);
                // A text may name a command without its arguments, as in "see `strongroom explain`".
                var isWrong = result.UnmatchedTokens.Count > 0 || result.Errors.Any(e => e.SymbolResult is OptionResult { Implicit: false } or ArgumentResult { Tokens.Count: > 0 });
                if (isWrong && result.Action is not HelpPage)
                    faults.AppendLine($"{where}: {line}: {string.Join(' ', result.Errors.Select(e => e.Message))}");
            }
        }
        faults.ToString().ShouldBeEmpty();
    }

    /// <summary>Splits as a shell would, as far as our documents go: quotes, and the end of the command at | &gt; &lt; ; &amp; and ).</summary>
    private static string[] Words(string text)
    {
        var words = new List<string>();
        foreach (Match word in Word().Matches(text))
        {
            if (word.Value is "|" or ">" or ">>" or "<" or ";" or "&&" or "||" or "&") break;
            var end = word.Value.IndexOf(')');
            var value = end >= 0 ? word.Value[..end] : word.Value.TrimEnd(';');
            if (value.Length > 0) words.Add(value.Trim('"', '\''));
            if (end >= 0 || word.Value.EndsWith(';')) break;
        }
        return [.. words];
    }

    private static IEnumerable<Verb> Verbs(Command parent) => parent.Subcommands.OfType<Verb>().SelectMany(v => Verbs(v).Prepend(v));

    [GeneratedRegex(@"^\s*(?:\$ )?((?:[A-Z_]+=\S+ |\w+.*?[|;&(] ?|eval ""\$\()*strongroom .*)$")]
    private static partial Regex CommandInCode();

    [GeneratedRegex(@"`((?:[^`""]*[ (;|&])?strongroom [a-z-][^`\\]*)`")]
    private static partial Regex CommandInText();

    [GeneratedRegex(@"(?<![\w./-])strongroom ([a-z-].*?)(?=(?<![\w./-])strongroom [a-z]|$)")]
    private static partial Regex Calls();

    [GeneratedRegex(@"\s+#\s.*$|\s{2,}→.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?:""[^""]*""|'[^']*'|[^\s""'])+")]
    private static partial Regex Word();
}
