namespace Strongroom.Cli.Processes;

/// <summary>Finds the file of a command the way a shell does.</summary>
internal static class ProgramFile
{
    /// <summary>The path of <paramref name="command"/>, or why there is none.</summary>
    public static (string? Path, StartFailure? Failure) Find(string command, string? searchPath)
    {
        if (command.Contains('/'))
        {
            return Directory.Exists(command) ? (null, new(StartFailure.NotExecutable, "is a folder, not a program"))
                : !File.Exists(command) ? (null, new(StartFailure.NotFound, "no such file", HelpForWords(command)))
                : Libc.access(command, Libc.X_OK) == 0 ? (command, null)
                : (null, StartFailure.NoPermission(command));
        }
        string? found = null;
        foreach (var folder in (searchPath ?? "/usr/local/bin:/usr/bin:/bin").Split(':'))
        {
            var candidate = Path.Combine(folder.Length == 0 ? "." : folder, command);
            if (!File.Exists(candidate)) continue;
            if (Libc.access(candidate, Libc.X_OK) == 0) return (candidate, null);
            found ??= candidate;
        }
        return (null, found is not null ? StartFailure.NoPermission(found) : new(StartFailure.NotFound, "command not found in PATH", HelpForWords(command) ?? HelpForFile(command)));
    }

    private static string? HelpForWords(string command) => command.Contains(' ')
        ? $"leave the quotes out: strongroom run -- {command}; or let a shell read it: strongroom run -- sh -c '…'"
        : null;

    private static string? HelpForFile(string command) => command.Length > 0 && File.Exists(command) ? $"the file in this folder is ./{command}" : null;
}
