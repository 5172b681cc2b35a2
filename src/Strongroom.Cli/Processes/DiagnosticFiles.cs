namespace Strongroom.Cli.Processes;

/// <summary>
/// The pipes and the socket by which debuggers find a .NET process. The runtime removes them when the process ends; a process that
/// becomes another program never ends for the runtime, and each run would leave three files behind.
/// </summary>
internal static class DiagnosticFiles
{
    /// <summary>Place of the start time among the fields of <c>/proc/self/stat</c> after the name of the program; see proc(5).</summary>
    private const int StartTimeField = 19;

    /// <summary>Removes those of this process. Nothing is lost when that fails.</summary>
    public static void Remove()
    {
        try
        {
            var stat = File.ReadAllText("/proc/self/stat");
            var process = $"{Environment.ProcessId}-{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTimeField]}";
            var folder = Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } named ? named : "/tmp";
            File.Delete(Path.Combine(folder, $"clr-debug-pipe-{process}-in"));
            File.Delete(Path.Combine(folder, $"clr-debug-pipe-{process}-out"));
            File.Delete(Path.Combine(folder, $"dotnet-diagnostic-{process}-socket"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system without /proc, or a folder that is not ours to tidy.
        }
    }
}
