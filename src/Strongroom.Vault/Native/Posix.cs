using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strongroom.Vault.Native;

/// <summary>The locks of whole files, which .NET does not offer by themselves.</summary>
internal static partial class Posix
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockRelease = 8;
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecMac = 0x1000000;

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

    /// <summary>Takes the lock of a folder without waiting; null when another process has it. It ends with its holder, however that ends.</summary>
    public static SafeFileHandle? TryLockFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return new SafeFileHandle();
        var handle = new SafeFileHandle(Open(folder, OperatingSystem.IsMacOS() ? CloseOnExecMac : CloseOnExecLinux), ownsHandle: true);
        if (handle.IsInvalid || TryLock(handle)) return handle;
        handle.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
