using Strongroom.Files;

namespace Strongroom.Manifest;

/// <summary>
/// Keeps the snapshot of a project's manifest in <c>.strongroom/manifest.cache</c>. It is only an echo of the manifest: whatever
/// goes wrong with it is silent, and the manifest is parsed.
/// </summary>
internal static class ManifestCache
{
    private const string FileName = "manifest.cache";

    public static ProjectManifest? Read(string folder, ReadOnlySpan<byte> key)
    {
        var path = PathIn(folder);
        try
        {
            return File.Exists(path) ? ManifestSnapshot.Decode(File.ReadAllBytes(path), key) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file as a whole, readable by its owner alone. Without a <c>.strongroom</c> folder nothing is kept.</summary>
    public static void Write(string folder, ProjectManifest manifest, ReadOnlySpan<byte> key)
    {
        var path = PathIn(folder);
        if (!Directory.Exists(Path.GetDirectoryName(path))) return;
        try
        {
            PrivateFile.Replace(path, ManifestSnapshot.Encode(manifest, key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only folder or a full disk: the next command parses the manifest again.
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, ManifestFiles.FolderName, FileName);
}
