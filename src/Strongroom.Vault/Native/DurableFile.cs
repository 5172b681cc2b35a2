using Strongroom.Secrets;

namespace Strongroom.Vault.Native;

/// <summary>Small private files that are either whole or absent, whatever happens to the power.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Writes a new file with mode 0600: beside the target, flushed, renamed, folder flushed. Never replaces one.</summary>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CreateFolder(folder);
        var draft = path + ".new";
        using (var file = OpenPrivate(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            throw new SecretException(SecretErrorKind.Conflict, "there is a file already", operation: "create", name: path);
        }
        Posix.FlushFolder(folder);
    }

    /// <summary>Opens a file that, when it is new, only its owner may read.</summary>
    public static FileStream OpenPrivate(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>Refuses a file that group or others may read or write.</summary>
    public static void RequirePrivate(FileStream file)
    {
        if (OperatingSystem.IsWindows()) return;
        if ((File.GetUnixFileMode(file.SafeFileHandle) & ~OwnerFolder) == UnixFileMode.None) return;
        throw new SecretException(
            SecretErrorKind.Denied, "is open to other users of this machine", name: file.Name, help: $"chmod 600 {file.Name}");
    }

    /// <summary>Creates the folder and its missing parents with mode 0700.</summary>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerFolder);
    }

    /// <summary>The failure of a file in our words. The codes are those of the operating system.</summary>
    public static SecretException Explain(Exception error, string operation, string path) => error switch
    {
        UnauthorizedAccessException => new(SecretErrorKind.ReadOnly, "is refused by the file system", operation: operation, name: path,
            help: "check owner and mode of the file and its folder", inner: error),
        IOException { HResult: 28 or 122 } => new(SecretErrorKind.StorageFull, "failed: the disk is full", operation: operation, name: path, inner: error),
        IOException { HResult: 30 } => new(SecretErrorKind.ReadOnly, "failed: the file system is read-only", operation: operation, name: path, inner: error),
        _ => new(SecretErrorKind.Unreachable, "failed: " + error.GetType().Name, operation: operation, name: path, inner: error),
    };
}
