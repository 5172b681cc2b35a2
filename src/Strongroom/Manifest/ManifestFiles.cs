namespace Strongroom.Manifest;

/// <summary>Where the manifest of a project is.</summary>
public static class ManifestFiles
{
    /// <summary>The manifest, safe to commit.</summary>
    public const string Name = "strongroom.yaml";

    /// <summary>What one person changes for their own machine; not committed.</summary>
    public const string LocalName = "strongroom.local.yaml";

    /// <summary>Folder beside the manifest for the vault, the audit log and caches.</summary>
    public const string FolderName = ".strongroom";

    /// <summary>The folder of the nearest manifest at or above <paramref name="directory"/>; null when there is none.</summary>
    public static string? Find(string directory)
    {
        for (var at = Path.GetFullPath(directory); at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, Name))) return at;
        return null;
    }
}
