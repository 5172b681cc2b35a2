using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi;

namespace Strongroom.Cli.Commands;

/// <summary>The long way: everything that the short way left.</summary>
internal static class CommandLine
{
    public static async Task<int> InvokeAsync(string[] arguments, Screen screen)
    {
        if (ApiCompletion.Suggest(arguments, screen)) return ExitCode.Success;
        var result = Parse(VerbList.Build(screen), arguments);
        // A completion asks with words that are not finished, and help is asked by those who do not know what is missing.
        var isCompletion = arguments.Length > 0 && arguments[0].StartsWith("[suggest", StringComparison.Ordinal);
        if (!isCompletion && result.Action is not HelpPage && UsageFaults.Report(result, screen) is { } exitCode) return exitCode;

        // Signals end a command as they end any program; those that have something to tidy up or to pass on take care themselves.
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>Reads a command line. An argument that begins with <c>@</c> is itself, and not a file with more arguments.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> arguments) =>
        root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
}
