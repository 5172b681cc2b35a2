using Strongroom.Cli.Processes;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Files that the person asked for.</summary>
internal static class OutputFile
{
    /// <summary>The file that --output names; null for none and for <c>-</c>, which is standard output everywhere.</summary>
    public static string? PathOf(string? output) => output is "-" ? null : output;

    /// <summary>
    /// Writes values into a file that only its owner may read, whole or not at all. What is no file, as <c>/dev/stdout</c> or a pipe, is
    /// written to and never replaced.
    /// </summary>
    public static void WritePrivate(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            if (Directory.Exists(path)) throw new SecretException(SecretErrorKind.InvalidInput, "is a folder", operation: "write", name: path, help: "name a file in it");
            if (IsOpenElsewhere(path))
            {
                using var there = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                there.Write(content);
                return;
            }
            PrivateFile.Replace(Path.GetFullPath(path), content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(e, path);
        }
    }

    /// <summary>Replaces a text that may be read by others, whole or not at all, and keeps its mode. A link stays one; the file behind it is replaced.</summary>
    public static void ReplaceText(string path, string text)
    {
        if (new FileInfo(path).LinkTarget is not null && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target) path = target.FullName;
        var beside = $"{path}.{Environment.ProcessId}.new";
        try
        {
            File.WriteAllText(beside, text);
            if (File.Exists(path)) File.SetUnixFileMode(beside, File.GetUnixFileMode(path));
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(beside)) File.Delete(beside);
            throw Explain(e, path);
        }
    }

    /// <summary>A device or pipe, or a link to what a process has open, which may be a file.</summary>
    private static bool IsOpenElsewhere(string path) =>
        Libc.IsSpecialFile(path) || new FileInfo(path).LinkTarget is { } target && target.StartsWith("/proc/", StringComparison.Ordinal);

    private static SecretException Explain(Exception e, string path) => new(
        SecretErrorKind.ReadOnly, "cannot be written", operation: "write", name: path,
        help: e is UnauthorizedAccessException ? "you lack the permission" : "check that its folder exists and the disk has room", inner: e);
}
