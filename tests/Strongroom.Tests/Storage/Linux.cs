using System.Runtime.InteropServices;
using Xunit;

namespace Strongroom.Tests.Storage;

/// <summary>Real disks for tests: small, full or read-only. They need Linux and root; elsewhere such a test is skipped, with the reason.</summary>
internal static partial class Linux
{
    private const string NeedsRoot = "needs Linux and the right to mount: run the tests as root";
    private const nuint ReadOnlyFlag = 1, RemountFlag = 32;

    /// <summary>A new disk of that size in memory; unmounted when disposed.</summary>
    public static Disk MountDisk(string folder, string size)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", NeedsRoot);
        Assert.SkipUnless(mount("none", folder, "tmpfs", 0, $"size={size}") == 0, NeedsRoot);
        return new Disk(folder);
    }

    /// <summary>Does something in a thread of its own that has the rights of nobody in the file system.</summary>
    public static void AsNobody(Action action)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "needs Linux and root, to lay down its rights");
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            _ = setfsuid(65534);
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException("failed as nobody", failure);
        }
    }

    internal sealed class Disk(string folder) : IDisposable
    {
        public void MakeReadOnly() => mount("none", folder, "tmpfs", RemountFlag | ReadOnlyFlag, "").ShouldSucceed();

        public void Dispose() => umount2(folder, 2).ShouldSucceed();
    }

    private static void ShouldSucceed(this int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);
}
