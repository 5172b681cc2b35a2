using System.Runtime.InteropServices;
using System.Text;

namespace Strongroom.Cli.Processes;

/// <summary>Becomes another program: same process id, nothing of ours left in memory, signals and terminal untouched.</summary>
internal static unsafe class Exec
{
    /// <summary>Returns only when the program could not be started, with the exit code that shells use and the reason.</summary>
    public static (int ExitCode, string Reason) Replace(string path, NativeStrings arguments, NativeStrings environment)
    {
        // .NET ignores SIGPIPE and exec keeps ignored signals ignored; a program behind `| head` would then never end.
        Libc.signal(Libc.SIGPIPE, 0);
        DiagnosticFiles.Remove();
        fixed (byte* file = Encoding.UTF8.GetBytes(path + "\0"))
        {
            Libc.execve(file, arguments.Pointer, environment.Pointer);
        }
        return Describe(Marshal.GetLastPInvokeError());
    }

    /// <summary>What shells answer to an errno of exec.</summary>
    public static (int ExitCode, string Reason) Describe(int errno) => errno switch
    {
        Libc.ENOENT => (ProgramFile.ExitNotFound, "the file or the interpreter in its first line does not exist"),
        Libc.EACCES => (ProgramFile.ExitNotExecutable, "permission denied"),
        Libc.ENOEXEC => (ProgramFile.ExitNotExecutable, "not a program; does the script lack its #! line?"),
        Libc.E2BIG => (ProgramFile.ExitNotExecutable, "arguments and environment are larger than the system allows"),
        _ => (ProgramFile.ExitNotExecutable, Marshal.GetPInvokeErrorMessage(errno)),
    };
}
