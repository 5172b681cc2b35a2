using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Files;

/// <summary>
/// A folder with one file for each secret, as Docker and Kubernetes mount them. The path of an address is the path of the file
/// inside the folder. Links are followed while they stay inside, as the <c>..data</c> of Kubernetes does; names that begin with
/// two dots are the platform's own and are not secrets.
/// </summary>
public sealed class FilesBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "files";

    private readonly string _folder;
    private readonly bool _trims;
    private readonly int _bytesMax;

    /// <summary>Reads and writes below <paramref name="folder"/>, an absolute path.</summary>
    /// <param name="folder">The folder; it may come into being later.</param>
    /// <param name="trims">Whether one line break at the end of a file is no part of the value, as editors and <c>echo</c> add it.</param>
    /// <param name="bytesMax">The longest file that is read.</param>
    public FilesBackend(string folder, bool trims = true, int bytesMax = SecretValue.LengthMax)
    {
        _folder = folder;
        _trims = trims;
        _bytesMax = bytesMax;
    }

    /// <summary>Settings: <c>path</c> (required), <c>trim</c> (true), <c>bytes-max</c> (1 MiB).</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var folder = settings.FullPath("path");
        var trims = settings.Flag("trim", defaultValue: true);
        var bytesMax = settings.Number("bytes-max", SecretValue.LengthMax, 1, SecretValue.LengthMax);
        settings.ThrowOnFaults();
        return new FilesBackend(folder, trims, bytesMax);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete
        | BackendCapabilities.Metadata;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(address) ?? throw NotThere());
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var outcomes = new ReadOutcome[addresses.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var address = addresses[i];
            try
            {
                outcomes[i] = Read(address) is { } secret
                    ? new ReadOutcome(address, secret, Error: null)
                    : new ReadOutcome(address, Secret: null, NotThere());
            }
            catch (Exception e) when (e is SecretException or IOException or UnauthorizedAccessException)
            {
                outcomes[i] = new ReadOutcome(address, Secret: null, BackendFaults.ToSecretException(e));
            }
        }
        return new(outcomes);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        if (Directory.Exists(_folder)) Collect(_folder, "", prefix, paths, cancellationToken);
        paths.Sort(StringComparer.Ordinal);
        return new(paths);
    }

    /// <inheritdoc/>
    public override ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (write.Value.Length > _bytesMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"has a value of {write.Value.Length} bytes; the limit is {_bytesMax}");
        var path = Writable(address.Path);
        using var content = new SecretBuffer(write.Value.Length + 1);
        content.Write(write.Value.Reveal());
        // Reading takes one line break off; a value that ends in one gets another, so that it comes back whole.
        if (_trims && content.Written.EndsWith("\n"u8)) content.Append((byte)'\n');
        PrivateFile.Replace(path, content.Written);
        return new(new WriteReceipt(Version: null));
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Writable(address.Path);
        if (!File.Exists(path)) throw NotThere();
        File.Delete(path);
        FolderFlush.Flush(Path.GetDirectoryName(path)!);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<string> ProbeAsync(CancellationToken cancellationToken) =>
        Directory.Exists(_folder)
            ? new($"folder {_folder}")
            : throw new SecretException(SecretErrorKind.Unreachable, $"there is no folder {_folder}", help: "create it or mount the secrets there");

    private static SecretException NotThere() => new(SecretErrorKind.NotFound, "is not there");

    private StoredSecret? Read(SecretAddress address)
    {
        CheckNames(address.Path);
        if (FolderPath.Resolve(_folder, address.Path) is not { } path || !File.Exists(path)) return null;
        // One byte over for the line break, which does not count.
        using var content = PrivateFile.Read(path, _trims ? _bytesMax + 2 : _bytesMax);
        if (content is null) return null;
        var bytes = content.Written;
        if (_trims && bytes.EndsWith("\n"u8)) bytes = bytes[..^(bytes.EndsWith("\r\n"u8) ? 2 : 1)];
        if (bytes.Length > _bytesMax) throw new SecretException(SecretErrorKind.Malformed, $"is a file of more than {_bytesMax} bytes");
        return new StoredSecret(SecretValue.FromBytes(bytes), CreatedAt: new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero));
    }

    private string Writable(string secret)
    {
        CheckNames(secret);
        var root = FolderPath.Resolve(_folder, "");
        // Every part is looked at, not the file alone: a new file below a linked folder would land outside.
        for (var end = secret.IndexOf('/'); root is not null; end = secret.IndexOf('/', end + 1))
        {
            var part = end < 0 ? secret : secret[..end];
            if (FolderPath.Resolve(_folder, part) is { } resolved && !string.Equals(resolved, $"{root}/{part}"))
                throw new SecretException(
                    SecretErrorKind.ReadOnly, "is a link, as in a mounted folder", help: "change it where the platform keeps it");
            if (end < 0) break;
        }
        return Path.Combine(_folder, secret);
    }

    private static void CheckNames(string path)
    {
        if (path.StartsWith("..", StringComparison.Ordinal) || path.Contains("/..", StringComparison.Ordinal) || path.Contains('\\'))
            throw new SecretException(SecretErrorKind.InvalidInput, "has a name that begins with '..' or holds a backslash");
        foreach (var part in path.Split('/'))
            if (part.Length > 255) throw new SecretException(SecretErrorKind.InvalidInput, "has a name of more than 255 characters");
    }

    private void Collect(string folder, string above, string prefix, List<string> paths, CancellationToken cancellationToken)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Name.StartsWith("..", StringComparison.Ordinal)) continue;
            var path = above + entry.Name;
            if (entry is DirectoryInfo)
            {
                // A linked folder is not walked: it could lead in a circle. What is in it can still be read by its path.
                if (entry.LinkTarget is null) Collect(entry.FullName, path + "/", prefix, paths, cancellationToken);
            }
            else if (PathPrefix.Covers(prefix, path) && LeadsToFileInside(path))
            {
                paths.Add(path);
            }
        }
    }

    private bool LeadsToFileInside(string path)
    {
        try
        {
            return FolderPath.Resolve(_folder, path) is { } resolved && File.Exists(resolved);
        }
        catch (SecretException)
        {
            return false;
        }
    }
}
