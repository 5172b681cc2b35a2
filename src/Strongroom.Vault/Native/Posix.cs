using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strongroom.Vault.Native;

/// <summary>The calls of the operating system that .NET does not offer: whole-file locks and the flush of a folder.</summary>
internal static partial class Posix
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockRelease = 8;

    /// <summary>
    /// Takes the lock of the open file (not of the process, so that two handles in one process exclude each other too)
    /// without waiting. Does nothing where there is no such call; there the share mode of the file must serve.
    /// </summary>
    public static bool TryLock(SafeFileHandle file) =>
        OperatingSystem.IsWindows() || Flock(file, LockExclusive | LockNonBlocking) == 0;

    public static void Unlock(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows()) _ = Flock(file, LockRelease);
    }

    /// <summary>Makes a creation or a renaming inside the folder survive a power failure.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
