using Microsoft.Win32.SafeHandles;

namespace Strongroom.Cli.Processes;

/// <summary>
/// Keeps other processes of ours from changing the files of a folder for a moment. The folder itself carries the lock, so nothing is left
/// behind, and a process that dies gives it back.
/// </summary>
internal static class LockedFolder
{
    /// <summary>Waits for the lock; dispose what it gives. On a file system without locks there is none.</summary>
    public static IDisposable Take(string folder)
    {
        var handle = new SafeFileHandle(Libc.open(folder, Libc.O_CLOEXEC), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            while (Libc.flock((int)handle.DangerousGetHandle(), Libc.LOCK_EX) != 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Libc.EINTR) { }
        }
        return handle;
    }
}
