using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>Which paths a secret may have.</summary>
internal static class KvPath
{
    /// <summary>Throws InvalidInput unless the path names a secret.</summary>
    public static void RequireSecret(string path)
    {
        if (path.Length == 0) throw Invalid(path, "has an empty path");
        Check(path);
    }

    /// <summary>The folder in its one form: empty, or with a trailing slash.</summary>
    public static string Folder(string path)
    {
        var folder = path.EndsWith('/') ? path[..^1] : path;
        if (folder.Length == 0) return "";
        Check(folder);
        return folder + "/";
    }

    private static void Check(string path)
    {
        if (path.Length > KvLimits.PathLengthMax || Encoding.UTF8.GetByteCount(path) > KvLimits.PathLengthMax)
            throw Invalid(path[..64], $"has a path longer than {KvLimits.PathLengthMax} bytes");
        var segments = 0;
        foreach (var range in path.AsSpan().Split('/'))
        {
            var segment = path.AsSpan()[range];
            if (segment.IsEmpty) throw Invalid(path, "has an empty path segment");
            if (segment is "." or "..") throw Invalid(path, "has a path segment of dots");
            if (++segments > KvLimits.PathSegmentsMax) throw Invalid(path, $"has more than {KvLimits.PathSegmentsMax} path segments");
        }
        for (var i = 0; i < path.Length; i++)
        {
            var wellFormed = !char.IsSurrogate(path[i])
                || (char.IsHighSurrogate(path[i]) && i + 1 < path.Length && char.IsLowSurrogate(path[++i]));
            if (!wellFormed || char.IsControl(path[i])) throw Invalid(null, "has a control character or broken text in its path");
        }
    }

    private static SecretException Invalid(string? path, string reason) => new(SecretErrorKind.InvalidInput, reason, name: path);
}
