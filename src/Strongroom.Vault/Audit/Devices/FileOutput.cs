using Microsoft.Win32.SafeHandles;
using Strongroom.Vault.Native;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// A file that entries are appended to, so that it may be moved or cut under our hands: <c>file_path</c> (also <c>stdout</c> and
/// <c>discard</c>), <c>mode</c> in octal digits (0600; 0000 leaves the mode alone), <c>fsync</c> to flush each group of entries.
/// </summary>
internal sealed class FileOutput : AuditOutput
{
    public static readonly string[] Options = ["file_path", "path", "mode", "fsync"];

    private const UnixFileMode ModeDefault = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _path;
    private readonly UnixFileMode _mode;
    private readonly bool _flush;
    private SafeFileHandle? _file;
    private bool _broken;

    private FileOutput(string path, UnixFileMode mode, bool flush) => (_path, _mode, _flush) = (path, mode, flush);

    public static AuditOutput Make(AuditDeviceOptions options, string vaultFolder)
    {
        var path = options.Text("file_path") ?? options.Text("path") ?? throw RequestFields.Invalid("file_path is required");
        if (string.Equals(path, "discard", StringComparison.OrdinalIgnoreCase)) return new DiscardOutput();
        if (string.Equals(path, "stdout", StringComparison.OrdinalIgnoreCase)) return new ConsoleOutput();
        path = Path.GetFullPath(path);
        // Whoever may set up devices must not be able to write into the vault itself.
        if (path.StartsWith(Path.GetFullPath(vaultFolder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw RequestFields.Invalid("file_path is in the folder of the vault");
        return new FileOutput(path, Mode(options), options.Flag("fsync", usual: false));
    }

    public override ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _file?.Dispose();
        _file = null;
        var folder = Path.GetDirectoryName(_path)!;
        Strongroom.Files.PrivateFile.CreateFolder(folder);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = _mode == UnixFileMode.None ? ModeDefault : _mode;
        // Made here with its mode, opened for appending below: .NET has no way to append wherever the end is at that moment.
        using (new FileStream(_path, options))
        {
        }
        _file = Posix.OpenToAppend(_path);
        // A device such as /dev/null keeps its mode.
        if (!OperatingSystem.IsWindows() && _mode != UnixFileMode.None && File.GetAttributes(_path).HasFlag(FileAttributes.Normal)) File.SetUnixFileMode(_file, _mode);
        return default;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        if (_file is null) await OpenAsync(cancellationToken);
        try
        {
            // What failed before may have left a piece of a line; the next entry must stand on its own.
            if (_broken) Posix.Append(_file!, "\n"u8);
            _broken = true;
            Posix.Append(_file!, entries.Span);
            if (_flush) RandomAccess.FlushToDisk(_file!);
            _broken = false;
        }
        catch
        {
            _file?.Dispose();
            _file = null;
            throw;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _file?.Dispose();
        return default;
    }

    private static UnixFileMode Mode(AuditDeviceOptions options)
    {
        if (options.Text("mode") is not { } text) return ModeDefault;
        if (text.Length > 5 || text.AsSpan().ContainsAnyExceptInRange('0', '7')) throw RequestFields.Invalid("mode is not octal digits such as 0600");
        var mode = Convert.ToInt32(text, 8);
        if (mode > 0b111_111_111 || ((UnixFileMode)mode & Execute) != UnixFileMode.None)
            throw RequestFields.Invalid("mode does not allow to execute the file, and has no other bits than those to read and write");
        return (UnixFileMode)mode;
    }
}
