using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Files;

/// <summary>Small files that hold secrets: only their owner may read them, and they are replaced whole or not at all.</summary>
public static class PrivateFile
{
    /// <summary>Drafts begin with this; a folder of secrets does not list them.</summary>
    internal const string DraftPrefix = "..new-";

    /// <summary>A draft this much older than a new one was left behind by a crash; nobody writes that long.</summary>
    private static readonly TimeSpan DraftAgeMax = TimeSpan.FromHours(1);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// Writes <paramref name="content"/> with mode 0600 beside the target, flushes it, renames it over the target and flushes the
    /// folder, which is made (0700) when it is missing. After a crash the target is the old file or the new one, and a draft may
    /// stay, which a later call removes. A target that is a link is replaced itself, not the file behind it.
    /// </summary>
    /// <exception cref="IOException">And the like, as the operating system reports it. The target is unchanged then.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content) => Write(path, content, replaces: true);

    /// <summary>The same for a file that must be new. After a crash the target is whole or absent.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Conflict"/> when there is a file already; it is unchanged.</exception>
    /// <exception cref="IOException">And the like, as the operating system reports it.</exception>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            Write(path, content, replaces: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new SecretException(SecretErrorKind.Conflict, "there is a file already", operation: "create", name: path);
        }
    }

    /// <summary>Opens a file that, when this makes it, only its owner may read.</summary>
    /// <exception cref="IOException">And the like, as the operating system reports it.</exception>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>The whole file, or null when there is none. The caller disposes the buffer.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Malformed"/> when it is longer than <paramref name="lengthMax"/>.</exception>
    /// <exception cref="IOException">And the like, as the operating system reports it.</exception>
    public static SecretBuffer? Read(string path, int lengthMax)
    {
        try
        {
            using var file = Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadToEnd(file, lengthMax);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>True when group or others may read or write the file. Always false on Windows, where rights are inherited.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    /// <summary>Refuses an open file that group or others may read or write.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Denied"/>, with the command that mends it.</exception>
    public static void RequirePrivate(FileStream file)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file.SafeFileHandle) & Others) == UnixFileMode.None) return;
        throw new SecretException(
            SecretErrorKind.Denied, "is open to other users of this machine", name: file.Name, help: $"chmod 600 {file.Name}");
    }

    /// <summary>Makes the folder and its missing parents with mode 0700.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        // The runtime gives the mode to the last folder alone, so each is made by itself.
        if (Path.GetDirectoryName(Path.GetFullPath(folder)) is { Length: > 0 } parent) CreateFolder(parent);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerFolder);
    }

    private static void Write(string path, ReadOnlySpan<byte> content, bool replaces)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CreateFolder(folder);
        var draft = Path.Combine(folder, DraftPrefix + RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            using (var file = Open(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            RemoveLeftovers(folder, draft);
            File.Move(draft, path, replaces);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
        FolderFlush.Flush(folder);
    }

    /// <summary>Drafts of a crash may hold secrets. Ages are told by the file system alone, so that no other clock matters.</summary>
    private static void RemoveLeftovers(string folder, string draft)
    {
        var now = File.GetLastWriteTimeUtc(draft);
        foreach (var other in Directory.EnumerateFiles(folder, DraftPrefix + "*"))
        {
            try
            {
                if (now - File.GetLastWriteTimeUtc(other) > DraftAgeMax) File.Delete(other);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process was faster, or it belongs to somebody else; what is written now does not depend on it.
            }
        }
    }

    private static SecretBuffer ReadToEnd(FileStream file, int lengthMax)
    {
        var buffer = new SecretBuffer((int)Math.Min(file.CanSeek ? file.Length + 1 : 4096, (long)lengthMax + 1));
        try
        {
            while (buffer.Length <= lengthMax)
            {
                var room = buffer.GetSpan(1);
                var count = file.Read(room[..Math.Min(room.Length, lengthMax + 1 - buffer.Length)]);
                if (count == 0) return buffer;
                buffer.Advance(count);
            }
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
        buffer.Dispose();
        throw new SecretException(SecretErrorKind.Malformed, $"is a file of more than {lengthMax} bytes");
    }
}
