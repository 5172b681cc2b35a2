using Strongroom.Secrets;

namespace Strongroom.Files;

/// <summary>The failures of files in our words. On Unix the HResult of an <see cref="IOException"/> is the errno.</summary>
public static class FileFaults
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnlyFileSystem = 30;

    /// <summary>The failure with its kind: <see cref="SecretErrorKind.StorageFull"/>, <see cref="SecretErrorKind.ReadOnly"/> or <see cref="SecretErrorKind.Unreachable"/>.</summary>
    public static SecretException Explain(Exception error, string operation, string path) => error switch
    {
        UnauthorizedAccessException => new(
            SecretErrorKind.ReadOnly, "is refused by the file system", operation: operation, name: path,
            help: "check owner and mode of the file and its folder", inner: error),
        IOException { HResult: NoSpace or QuotaExceeded } => new(
            SecretErrorKind.StorageFull, "failed: the disk is full", operation: operation, name: path,
            help: "free some space; nothing was changed", inner: error),
        IOException { HResult: ReadOnlyFileSystem } => new(
            SecretErrorKind.ReadOnly, "failed: the file system is read-only", operation: operation, name: path,
            help: "move it to a disk that can be written", inner: error),
        _ => new(SecretErrorKind.Unreachable, "failed: " + error.GetType().Name, operation: operation, name: path,
            help: "check that the disk is there and works", inner: error),
    };
}
