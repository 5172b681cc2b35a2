using System.Runtime.InteropServices;
using System.Text;

namespace Strongroom.Cli.Processes;

/// <summary>Becomes another program: same process id, nothing of ours left in memory, signals and terminal untouched.</summary>
internal static unsafe class Exec
{
    /// <summary>Returns only when the program could not be started.</summary>
    public static StartFailure Replace(string path, NativeStrings arguments, NativeStrings environment)
    {
        // .NET ignores SIGPIPE and exec keeps ignored signals ignored; a program behind `| head` would then never end.
        Libc.signal(Libc.SIGPIPE, 0);
        DiagnosticFiles.Remove();
        fixed (byte* file = Encoding.UTF8.GetBytes(path + "\0"))
        {
            Libc.execve(file, arguments.Pointer, environment.Pointer);
        }
        return StartFailure.Of(path, Marshal.GetLastPInvokeError());
    }
}
