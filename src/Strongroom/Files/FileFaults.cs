using Strongroom.Secrets;

namespace Strongroom.Files;

/// <summary>The failures of files in our words.</summary>
public static class FileFaults
{
    /// <summary>The failure with its kind: <see cref="SecretErrorKind.StorageFull"/>, <see cref="SecretErrorKind.ReadOnly"/> or <see cref="SecretErrorKind.Unreachable"/>.</summary>
    public static SecretException Explain(Exception error, string operation, string path) => error switch
    {
        UnauthorizedAccessException => new(
            SecretErrorKind.ReadOnly, "is refused by the file system", operation: operation, name: path,
            help: "check owner and mode of the file and its folder", inner: error),
        IOException io when Errno.KindOf(io) == SecretErrorKind.StorageFull => new(
            SecretErrorKind.StorageFull, "failed: the disk is full", operation: operation, name: path,
            help: "free some space; nothing was changed", inner: error),
        IOException io when Errno.KindOf(io) == SecretErrorKind.ReadOnly => new(
            SecretErrorKind.ReadOnly, "failed: the file system is read-only", operation: operation, name: path,
            help: "move it to a disk that can be written", inner: error),
        _ => new(SecretErrorKind.Unreachable, "failed: " + error.GetType().Name, operation: operation, name: path,
            help: "check that the disk is there and works", inner: error),
    };
}
