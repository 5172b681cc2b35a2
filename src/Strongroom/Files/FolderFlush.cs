using System.Runtime.InteropServices;

namespace Strongroom.Files;

/// <summary>Makes a creation or a renaming inside a folder survive a power failure, for which .NET has no call.</summary>
public static partial class FolderFlush
{
    /// <summary>Flushes the folder; does nothing where the operating system has no such call or refuses it.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
