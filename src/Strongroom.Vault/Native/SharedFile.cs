using Strongroom.Files;

namespace Strongroom.Vault.Native;

/// <summary>
/// Opens a file that several processes lock for moments. On Unix .NET takes a shared lock at every open and keeps it: while another process
/// appends the open would fail, and afterwards it would keep that process out. So it is tried again, and the lock is given back at once.
/// </summary>
internal static class SharedFile
{
    // The codes for "would block" of Linux and macOS.
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;

    // A millisecond each after the first few; longer than any append takes.
    private const int AttemptsMax = 10_000;
    private const int AttemptsWithoutSleep = 20;

    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var spin = new SpinWait();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var file = PrivateFile.Open(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
                Posix.Unlock(file.SafeFileHandle);
                return file;
            }
            catch (IOException e) when (e.HResult is WouldBlockLinux or WouldBlockMac && attempt < AttemptsMax)
            {
                spin.SpinOnce(AttemptsWithoutSleep);
            }
        }
    }
}
