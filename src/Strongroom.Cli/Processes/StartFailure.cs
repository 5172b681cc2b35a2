using System.Text;

namespace Strongroom.Cli.Processes;

/// <summary>Why a program could not be started.</summary>
/// <param name="ExitCode">What shells answer.</param>
/// <param name="Reason">The reason in a few words.</param>
/// <param name="Help">What the person can do, where that is known.</param>
internal sealed record StartFailure(int ExitCode, string Reason, string? Help = null)
{
    /// <summary>Exit code of shells for a command that does not exist.</summary>
    public const int NotFound = 127;

    /// <summary>Exit code of shells for a file that cannot be executed.</summary>
    public const int NotExecutable = 126;

    /// <summary>Linux reads no more of the first line of a script.</summary>
    private const int FirstLineMax = 256;

    /// <summary>The failure behind an errno of exec.</summary>
    public static StartFailure Of(string path, int errno) => errno switch
    {
        Libc.ENOENT => NoInterpreter(path),
        Libc.EACCES => new(NotExecutable, "permission denied"),
        Libc.ENOEXEC => new(NotExecutable, "not a program; does the script lack its #! line?", $"strongroom run -- sh {path}"),
        Libc.E2BIG => new(NotExecutable, "arguments and environment are larger than the system allows", "pass fewer secrets, with --only or --except"),
        _ => new(NotExecutable, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)),
    };

    /// <summary>A file that its mode does not let run. What looks like a program is meant as one.</summary>
    public static StartFailure NoPermission(string path) =>
        new(NotExecutable, "not executable", FirstLine(path) is ['#', '!', ..] or ['\x7f', 'E', 'L', 'F', ..] ? $"chmod +x {path}" : null);

    /// <summary>The file is there, so it is what its first line names, or the loader that a program was made for.</summary>
    private static StartFailure NoInterpreter(string path)
    {
        var line = FirstLine(path);
        if (!line.StartsWith("#!", StringComparison.Ordinal)) return new(NotFound, "the file, or the loader that it was built for, does not exist");
        var interpreter = line[2..].Trim(' ').Split(' ')[0];
        return interpreter.EndsWith('\r')
            ? new(NotFound, "its first line ends as lines of Windows do, and is no interpreter here", $"sed -i 's/\\r$//' {path}")
            : new(NotFound, $"{interpreter}, which its first line asks for, does not exist");
    }

    private static string FirstLine(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[FirstLineMax];
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            var end = start.IndexOf((byte)'\n');
            return Encoding.UTF8.GetString(end < 0 ? start : start[..end]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
