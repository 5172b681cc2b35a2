using System.Security.Cryptography;
using Strongroom.Cli.Terminal;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Cli.Processes;

/// <summary>
/// Lets a person edit a text that must not reach a disk: a file in a private folder on a memory file system, wiped before the
/// text is handed back. Without such a file system it refuses.
/// </summary>
internal static class PrivateEditor
{
    /// <summary>Opens the text in the person's editor and returns what they saved. Nothing is left on the file system, however the editor ends.</summary>
    /// <param name="fileName">What the file is called; editors choose colours by it.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="SecretException">Unsupported without a memory file system, InvalidInput when the editor fails.</exception>
    public static async Task<SecretBuffer> EditAsync(string fileName, ReadOnlyMemory<byte> text)
    {
        // Signals go to the editor and not to us, from before there is a file until after it is gone.
        using var signals = new SignalForwarding(static () => { });
        var folder = MemoryFolder();
        try
        {
            var path = Path.Combine(folder, fileName);
            PrivateFile.Replace(path, text.Span);
            if (await RunAsync(path, signals) is var code and not 0)
                throw new SecretException(SecretErrorKind.InvalidInput, $"the editor ended with code {code}; nothing was changed", operation: "edit");
            return SecretInput.ReadText(path);
        }
        finally
        {
            Wipe(folder);
        }
    }

    private static async Task<int> RunAsync(string path, SignalForwarding signals)
    {
        var editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual
            : Environment.GetEnvironmentVariable("EDITOR") is { Length: > 0 } simple ? simple : "vi";
        using var arguments = new NativeStrings();
        foreach (var argument in new[] { "sh", "-c", $"{editor} \"$1\"", "sh", path }) arguments.Add(argument);
        using var environment = ChildEnvironment.Build([], clean: false);
        var child = ChildProcess.Start("/bin/sh", arguments, environment, captureOutput: false);
        signals.Attach(child);
        return await child.Exit;
    }

    private static string MemoryFolder()
    {
        foreach (var place in new[] { Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), "/dev/shm" })
        {
            if (place is not { Length: > 0 } || !Directory.Exists(place) || new DriveInfo(place).DriveFormat is not ("tmpfs" or "ramfs")) continue;
            var folder = Path.Combine(place, $"strongroom-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return folder;
        }
        throw new SecretException(
            SecretErrorKind.Unsupported, "there is no memory file system for the editor's file", operation: "edit",
            help: "use strongroom set NAME, or set XDG_RUNTIME_DIR to a folder on a tmpfs");
    }

    /// <summary>Overwrites and removes everything, also the backups that editors leave.</summary>
    private static void Wipe(string folder)
    {
        foreach (var file in Directory.GetFiles(folder))
        {
            using (var open = new FileStream(file, FileMode.Open, FileAccess.Write))
            {
                open.Write(new byte[open.Length]);
            }
            File.Delete(file);
        }
        Directory.Delete(folder, recursive: true);
    }
}
