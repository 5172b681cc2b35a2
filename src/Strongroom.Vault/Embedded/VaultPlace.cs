using Strongroom.Files;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Vault.Embedded;

/// <summary>
/// Where the parts of an embedded vault lie. The key is kept apart from the vault on purpose: a project folder that is copied,
/// synchronised or committed by mistake does not open itself.
/// </summary>
/// <param name="DatabasePath">File of the vault.</param>
/// <param name="KeyFileSetting">The key file that the manifest names, or null.</param>
public sealed record VaultPlace(string DatabasePath, string? KeyFileSetting)
{
    /// <summary>Name of the folder beside the manifest that holds the vault, the audit log and the caches; mode 0700.</summary>
    public const string FolderName = ".strongroom";

    private const string DatabaseName = "vault.db";

    /// <summary>Where the vault of a project lies unless its manifest says otherwise.</summary>
    public static VaultPlace Default(string root) => new(Path.Combine(root, FolderName, DatabaseName), KeyFileSetting: null);

    /// <summary>Where the vault of a store is, by its settings <c>path</c> and <c>key-file</c>; relative ones begin at the manifest's folder.</summary>
    public static VaultPlace Of(StoreDefinition store, string root) => new(
        store.Settings.TryGetValue("path", out var path) ? Path.GetFullPath(path, root) : Default(root).DatabasePath,
        store.Settings.TryGetValue("key-file", out var keyFile) ? Path.GetFullPath(keyFile, root) : null);

    /// <summary>Folder of the vault.</summary>
    public string Folder => Path.GetDirectoryName(DatabasePath)!;

    /// <summary>File of the audit log.</summary>
    public string AuditPath => Path.Combine(Folder, "audit.log");

    /// <summary>The key file of a vault: the one that the manifest names, or one in the person's configuration.</summary>
    public string KeyPath(Guid vaultId) => KeyFileSetting ?? Path.Combine(ConfigFolder, "keys", NameOf(vaultId) + ".key");

    /// <summary>As <see cref="Guid.ToString()"/>, without its vector code, which every process compiles anew.</summary>
    private static string NameOf(Guid vaultId)
    {
        Span<byte> bytes = stackalloc byte[16];
        vaultId.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<char> name = stackalloc char[36];
        var at = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i is 4 or 6 or 8 or 10) name[at++] = '-';
            name[at++] = "0123456789abcdef"[bytes[i] >> 4];
            name[at++] = "0123456789abcdef"[bytes[i] & 15];
        }
        return new string(name);
    }

    /// <summary>
    /// <c>$XDG_CONFIG_HOME/strongroom</c>, by default <c>~/.config/strongroom</c>. A relative path does not count, as freedesktop.org's
    /// specification has it: the key would lie in whatever folder a command runs in.
    /// </summary>
    public static string ConfigFolder => Path.Combine(AbsoluteVariable("XDG_CONFIG_HOME") ?? Path.Combine(Home, ".config"), "strongroom");

    /// <summary><c>$HOME</c>; where it is not set, as in services and cron jobs, what the system says of the user.</summary>
    private static string Home =>
        AbsoluteVariable("HOME") ?? (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } known && Path.IsPathRooted(known) ? known : "/");

    private static string? AbsoluteVariable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && Path.IsPathRooted(value) ? value : null;

    /// <summary>A path as people write it, with <c>~</c> for their home.</summary>
    public static string Shorten(string path)
    {
        var home = Environment.GetEnvironmentVariable("HOME");
        return home is { Length: > 1 } && path.StartsWith(home + "/", StringComparison.Ordinal) ? "~" + path[home.Length..] : path;
    }

    /// <summary>Makes the folder for the owner's eyes only, if there is none.</summary>
    /// <exception cref="SecretException">Conflict when a file is in its place, else what the disk says.</exception>
    public void MakeFolder()
    {
        if (File.Exists(Folder))
            throw new SecretException(SecretErrorKind.Conflict, "is a file where the folder of the vault belongs", operation: "init", name: Folder, help: "move it away");
        try
        {
            PrivateFile.CreateFolder(Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "init", Folder);
        }
    }
}
