using System.Runtime.InteropServices;

namespace Strongroom.Cli.Processes;

/// <summary>The few calls of the C library that running another program needs and .NET does not offer.</summary>
internal static unsafe partial class Libc
{
    public const int SIGKILL = 9;
    public const int SIGPIPE = 13;
    public const int SIGTERM = 15;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EPIPE = 32;
    public const int ECHILD = 10;
    public const int EACCES = 13;
    public const int ENOEXEC = 8;
    public const int E2BIG = 7;
    public const int X_OK = 1;
    public const int LOCK_EX = 2;
    public const int O_CLOEXEC = 0x80000;
    public const short POSIX_SPAWN_SETSIGDEF = 4;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int execve(byte* path, byte** argv, byte** envp);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint signal(int signum, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* fds, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int access(string path, int mode);

    [LibraryImport("libc")]
    public static partial int isatty(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int fd, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int fd, int action, byte* termios);

    [LibraryImport("libc")]
    private static partial int ioctl(int fd, nuint request, ushort* argument);

    /// <summary>Columns of the terminal behind a descriptor; null when there is none or it does not know.</summary>
    public static int? WidthOf(int fd)
    {
        const nuint GetWindowSize = 0x5413; // TIOCGWINSZ: rows, columns, and both again in pixels
        var size = stackalloc ushort[4];
        return ioctl(fd, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : null;
    }

    /// <summary>True when a descriptor has something to read within that time.</summary>
    public static bool CanRead(int fd, int milliseconds)
    {
        const long PollIn = 1;
        var request = (uint)fd | (PollIn << 32); // struct pollfd: the descriptor, what is asked, what is answered
        return poll(&request, 1, milliseconds) > 0;
    }

    [LibraryImport("libc")]
    private static partial int poll(long* requests, nuint count, int milliseconds);

    /// <summary>True when a path leads, also by links, to something that exists and is no ordinary file: a device, a pipe, a folder.</summary>
    public static bool IsSpecialFile(string path)
    {
        const int CurrentFolder = -100, AskType = 1, ModeOffset = 28, TypeMask = 0xF000, Ordinary = 0x8000; // struct statx has one layout everywhere
        var answer = stackalloc byte[256];
        return statx(CurrentFolder, path, 0, AskType, answer) == 0 && (*(ushort*)(answer + ModeOffset) & TypeMask) != Ordinary;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* answer);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, byte* bytes, nuint count);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    /// <summary>Waits for the one lock that a file or folder has; closing the descriptor gives it back.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(int fd, int operation);

    [LibraryImport("libc")]
    public static partial int tcgetpgrp(int fd);

    [LibraryImport("libc")]
    public static partial int getpgrp();

    [LibraryImport("libc")]
    public static partial int posix_spawn(
        out int pid, byte* path, byte* fileActions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    public static partial int sigemptyset(byte* set);

    [LibraryImport("libc")]
    public static partial int sigaddset(byte* set, int signum);

    /// <summary>The process's own environment block: NUL-terminated strings behind a null-terminated array.</summary>
    public static byte** Environ => *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
}
