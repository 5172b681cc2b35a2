using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Files that the person asked for.</summary>
internal static class OutputFile
{
    /// <summary>Writes values into a file that only its owner may read, whole or not at all.</summary>
    public static void WritePrivate(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            PrivateFile.Replace(Path.GetFullPath(path), content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(e, path);
        }
    }

    /// <summary>Replaces a text that may be read by others, whole or not at all, and keeps its mode.</summary>
    public static void ReplaceText(string path, string text)
    {
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

    private static SecretException Explain(Exception e, string path) => new(
        SecretErrorKind.ReadOnly, "cannot be written", operation: "write", name: path,
        help: e is UnauthorizedAccessException ? "you lack the permission" : "check that its folder exists and the disk has room", inner: e);
}
