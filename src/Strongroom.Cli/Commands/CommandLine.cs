using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi;

namespace Strongroom.Cli.Commands;

/// <summary>The long way: everything that the short way left.</summary>
internal static class CommandLine
{
    /// <summary>Help and complaints are written, too, and where they go may be full or gone.</summary>
    public static Task<int> InvokeAsync(string[] arguments, Screen screen) =>
        Failures.ReportAsync(() => AnswerAsync(arguments, screen), screen, json: false, ExitCode.For);

    private static async Task<int> AnswerAsync(string[] arguments, Screen screen)
    {
        if (ApiCompletion.Suggest(arguments, screen)) return ExitCode.Success;
        var root = VerbList.Build(screen);
        if (Suggestions.TryWrite(root, arguments, screen)) return ExitCode.Success;
        var result = Parse(root, arguments);
        // Help is asked by those who do not know what is missing.
        var isUnknown = result.UnmatchedTokens.Count > 0 && result.CommandResult.Command is RootCommand or VerbFamily;
        if ((result.Action is not HelpPage || isUnknown) && UsageFaults.Report(result, screen) is { } exitCode) return exitCode;

        // Signals end a command as they end any program; those that have something to tidy up or to pass on take care themselves.
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>The words <c>help</c> and <c>version</c>, which many programs have as commands, as the options that they are here.</summary>
    public static string[] WithoutHelpWord(string[] arguments) => arguments switch
    {
        ["help", .. var command] => [.. command, "--help"],
        ["version"] => ["--version"],
        _ => arguments,
    };

    /// <summary>Reads a command line. An argument that begins with <c>@</c> is itself, and not a file with more arguments.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> arguments) =>
        root.Parse(arguments, Configuration);

    /// <summary>The same of a line that is not divided into words yet.</summary>
    public static ParseResult Parse(RootCommand root, string line) => root.Parse(line, Configuration);

    private static ParserConfiguration Configuration => new() { ResponseFileTokenReplacer = null };
}
