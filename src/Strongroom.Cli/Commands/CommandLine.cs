using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Commands;

/// <summary>The long way: everything that the short way left.</summary>
internal static class CommandLine
{
    public static async Task<int> InvokeAsync(string[] arguments, Screen screen)
    {
        var result = VerbList.Build(screen).Parse(arguments);
        // A completion asks with words that are not finished; everything else with errors is told in our own way.
        if (result.Errors.Count > 0 && !(arguments.Length > 0 && arguments[0].StartsWith("[suggest", StringComparison.Ordinal)))
        {
            foreach (var error in result.Errors) screen.Fail(error.Message);
            var verb = result.CommandResult.Command is RootCommand ? "" : " " + result.CommandResult.Command.Name;
            screen.Note($"  {screen.Err.Dim("→")} strongroom{verb} --help shows how it is called");
            return ExitCode.Usage;
        }
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
