using System.Runtime.CompilerServices;
using System.Text;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>
/// Finds and reads the manifest of a project: <c>strongroom.yaml</c>, over it <c>strongroom.local.yaml</c>, over both the
/// variables of <see cref="ManifestVariables"/>. Reads files synchronously: they are small, local and the first thing a command needs.
/// </summary>
public static class ManifestLoader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The manifest nearest at or above <paramref name="directory"/>; null when there is none. <paramref name="variable"/> gives
    /// the value of an environment variable, or null.
    /// </summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> listing every fault.</exception>
    public static ProjectManifest? Load(string directory, Func<string, string?> variable)
    {
        var folder = variable(ManifestVariables.Project) is { Length: > 0 } project ? RequireManifest(project, directory) : ManifestFiles.Find(directory);
        if (folder is null) return null;
        var manifest = ReadFolder(folder) with { Directory = folder };
        return ManifestVariables.Apply(manifest, variable);
    }

    /// <summary>
    /// Reads the manifest of a folder without variables and without its cache, for those who want every fault by itself.
    /// </summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.NotFound"/> when there is none in the folder.</exception>
    public static ManifestReading Inspect(string folder) => Parse(Require(folder), Read(folder, ManifestFiles.LocalName));

    private static ProjectManifest ReadFolder(string folder)
    {
        var text = Require(folder);
        var local = Read(folder, ManifestFiles.LocalName);
        var key = ManifestSnapshot.KeyOf(text, local);
        return ManifestCache.Read(folder, key) ?? ParseAndKeep(folder, text, local, key);
    }

    /// <summary>The long way, by itself so that a command which does not go it does not load the YAML parser.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ProjectManifest ParseAndKeep(string folder, byte[] text, byte[]? local, byte[] key)
    {
        var reading = Parse(text, local);
        var manifest = reading.Manifest ?? throw FormatFaults.ToException(reading.Faults, Path.Combine(folder, ManifestFiles.Name));
        ManifestCache.Write(folder, manifest, key);
        return manifest;
    }

    private static ManifestReading Parse(byte[] text, byte[]? local) =>
        ManifestReader.Read(Decode(text, ManifestFiles.Name), local is null ? null : Decode(local, ManifestFiles.LocalName));

    private static byte[] Require(string folder) =>
        Read(folder, ManifestFiles.Name)
        ?? throw new SecretException(SecretErrorKind.NotFound, $"there is no {ManifestFiles.Name} in {folder}", help: "make one with: strongroom init");

    private static string RequireManifest(string project, string directory)
    {
        var folder = Path.GetFullPath(project, directory);
        return File.Exists(Path.Combine(folder, ManifestFiles.Name))
            ? folder
            : throw new SecretException(SecretErrorKind.InvalidInput, $"names a folder without {ManifestFiles.Name}", name: ManifestVariables.Project);
    }

    private static byte[]? Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        // Most projects have no local manifest, and an exception costs more at start-up than everything else here.
        if (!File.Exists(path)) return null;
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new SecretException(SecretErrorKind.Denied, "may not be read", operation: "read", name: path, help: "check its owner and mode");
        }
    }

    private static string Decode(byte[] bytes, string name)
    {
        try
        {
            return StrictUtf8.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new SecretException(SecretErrorKind.InvalidInput, "is not UTF-8 text", operation: "read", name: name);
        }
    }
}
