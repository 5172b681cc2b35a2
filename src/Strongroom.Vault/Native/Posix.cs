using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strongroom.Vault.Native;

/// <summary>Locks of whole files and appending to shared ones, which .NET does not offer by themselves.</summary>
internal static partial class Posix
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockRelease = 8;
    private const int WriteOnly = 1;
    private const int AppendLinux = 0x400;
    private const int AppendMac = 8;
    private const int Interrupted = 4;
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

    /// <summary>Opens a file that is there so that every write goes to wherever its end is at that moment.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenToAppend(string path)
    {
        if (OperatingSystem.IsWindows()) return File.OpenHandle(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var flags = OperatingSystem.IsMacOS() ? WriteOnly | AppendMac | CloseOnExecMac : WriteOnly | AppendLinux | CloseOnExecLinux;
        var handle = new SafeFileHandle(Open(path, flags), ownsHandle: true);
        if (!handle.IsInvalid) return handle;
        handle.Dispose();
        throw Failed();
    }

    /// <summary>Writes all bytes to a file opened by <see cref="OpenToAppend"/>.</summary>
    /// <exception cref="IOException">Not all could be written.</exception>
    public static void Append(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.Write(file, bytes, RandomAccess.GetLength(file));
            return;
        }
        while (!bytes.IsEmpty)
        {
            var count = Write(file, bytes, bytes.Length);
            if (count >= 0) bytes = bytes[(int)count..];
            else if (Marshal.GetLastPInvokeError() != Interrupted) throw Failed();
        }
    }

    private static IOException Failed()
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
