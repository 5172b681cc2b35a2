using Strongroom.Secrets;

namespace Strongroom.Files;

/// <summary>What the operating system's error numbers mean for a file; those of Linux's asm-generic/errno.h.</summary>
public static class Errno
{
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int FileTooBig = 27;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>
    /// <see cref="SecretErrorKind.StorageFull"/>, <see cref="SecretErrorKind.ReadOnly"/>, or <see cref="SecretErrorKind.Unreachable"/> for all else.
    /// </summary>
    public static SecretErrorKind KindOf(int errno) => errno switch
    {
        NoSpace or FileTooBig or QuotaExceeded => SecretErrorKind.StorageFull,
        ReadOnlyFileSystem or AccessDenied or NotPermitted => SecretErrorKind.ReadOnly,
        _ => SecretErrorKind.Unreachable,
    };

    /// <inheritdoc cref="KindOf(int)"/>
    /// <remarks>On Unix the HResult of an <see cref="IOException"/> is the errno.</remarks>
    public static SecretErrorKind KindOf(IOException failure) => KindOf(failure.HResult);
}
