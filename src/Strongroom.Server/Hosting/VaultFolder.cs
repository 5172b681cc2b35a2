using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;

namespace Strongroom.Server.Hosting;

/// <summary>The folder of a vault, held by one server at a time through the lock of <c>server.lock</c> in it.</summary>
internal sealed class VaultFolder : IDisposable
{
    private const string LockName = "server.lock";

    private readonly FileStream _lock;

    private VaultFolder(string path, FileStream @lock) => (FullPath, _lock) = (path, @lock);

    public string FullPath { get; }

    public string DatabasePath => Path.Combine(FullPath, "vault.db");

    public string AuditPath => Path.Combine(FullPath, "audit.log");

    /// <summary>Makes the folder when it is not there, and takes it. Throws Conflict while another server has it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="isOwn">Whether it is the vault's alone, so that its mode may be changed.</param>
    public static VaultFolder Take(string path, bool isOwn)
    {
        if (isOwn && IsOfProject(path))
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, "is the vault of a project, which the command line changes too", operation: "start", name: path,
                help: "serve it with: strongroom server -project=FOLDER");
        }
        try
        {
            PrivateFile.CreateFolder(path);
            if (isOwn && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new VaultFolder(path, Lock(Path.Combine(path, LockName)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "start", path);
        }
    }

    /// <summary>The storage in it, which verifies itself while the server starts; a new one when there is none.</summary>
    public SqliteStorage OpenStorage() => File.Exists(DatabasePath)
        ? SqliteStorage.Open(DatabasePath, new SqliteStorageOptions { VerifiesAtOpening = true })
        : SqliteStorage.Create(DatabasePath);

    public void Dispose() => _lock.Dispose();

    private static bool IsOfProject(string path) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) == ".strongroom" && File.Exists(Path.Combine(path, "..", "strongroom.yaml"));

    private static FileStream Lock(string path)
    {
        try
        {
            // Without sharing, .NET takes the lock of the whole file (flock), which ends with the process however that ends.
            return PrivateFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new SecretException(
                SecretErrorKind.Conflict, "another server has this vault", operation: "start", name: Path.GetDirectoryName(path),
                help: "stop it, or give this one another folder", inner: e);
        }
    }
}
