namespace Strongroom.Cli.Processes;

/// <summary>Finds the file of a command the way a shell does.</summary>
internal static class ProgramFile
{
    /// <summary>Exit code of shells for a command that does not exist.</summary>
    public const int ExitNotFound = 127;

    /// <summary>Exit code of shells for a file that cannot be executed.</summary>
    public const int ExitNotExecutable = 126;

    /// <summary>The path of <paramref name="command"/>, or the exit code and reason why there is none.</summary>
    public static (string? Path, int ExitCode, string? Reason) Find(string command, string? searchPath)
    {
        if (command.Contains('/'))
        {
            if (!File.Exists(command)) return (null, ExitNotFound, "no such file");
            return Libc.access(command, Libc.X_OK) == 0 ? (command, 0, null) : (null, ExitNotExecutable, "not executable");
        }
        var found = false;
        foreach (var folder in (searchPath ?? "/usr/local/bin:/usr/bin:/bin").Split(':'))
        {
            var candidate = Path.Combine(folder.Length == 0 ? "." : folder, command);
            if (!File.Exists(candidate)) continue;
            if (Libc.access(candidate, Libc.X_OK) == 0) return (candidate, 0, null);
            found = true;
        }
        return found ? (null, ExitNotExecutable, "not executable") : (null, ExitNotFound, "command not found in PATH");
    }
}
