using System.Text;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Vault.Hcl;

namespace Strongroom.Server.Configuration;

/// <summary>Finds and reads the files that <c>-config</c> names: a file, or all <c>.hcl</c> and <c>.json</c> files of a folder in the order of their names.</summary>
internal static class ConfigurationFiles
{
    public static ServerConfiguration Load(IReadOnlyList<string> paths, Func<string, string?> variable)
    {
        var reader = new ConfigurationReader(variable);
        var read = new List<string>();
        foreach (var path in paths)
        {
            foreach (var file in FilesOf(path))
            {
                reader.Add(Read(file), file);
                read.Add(file);
            }
        }
        return reader.Build(string.Join(", ", read));
    }

    private static string[] FilesOf(string path)
    {
        if (!Directory.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".hcl" or ".json").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new SecretException(
            SecretErrorKind.NotFound, "there is no .hcl or .json file in it", operation: "configure", name: path);
    }

    private static string Read(string file)
    {
        try
        {
            using var content = PrivateFile.Read(file, 4 * HclLimits.LengthMax)
                ?? throw new SecretException(SecretErrorKind.NotFound, "there is no such file", operation: "configure", name: file);
            return Encoding.UTF8.GetString(content.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "configure", file);
        }
    }
}
