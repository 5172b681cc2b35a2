namespace Strongroom.Cli.Project;

/// <summary>
/// Where the parts of an embedded vault lie. The key is kept apart from the vault on purpose: a project folder that is copied,
/// synchronised or committed by mistake does not open itself.
/// </summary>
internal sealed record VaultPlace(string DatabasePath, string? KeyFileSetting)
{
    /// <summary>Name of the folder beside the manifest that holds the vault, the audit log and the caches; mode 0700.</summary>
    public const string FolderName = ".strongroom";

    public string Folder => Path.GetDirectoryName(DatabasePath)!;

    public string AuditPath => Path.Combine(Folder, "audit.log");

    /// <summary>The key file of a vault: the one that the manifest names, or one in the person's configuration.</summary>
    public string KeyPath(Guid vaultId) => KeyFileSetting ?? Path.Combine(ConfigFolder, "keys", $"{vaultId}.key");

    /// <summary><c>$XDG_CONFIG_HOME/strongroom</c>, by default <c>~/.config/strongroom</c>.</summary>
    public static string ConfigFolder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".config"),
        "strongroom");

    /// <summary>Makes a folder for the owner's eyes only, if there is none.</summary>
    public static void MakePrivateFolder(string folder)
    {
        if (!Directory.Exists(folder))
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
