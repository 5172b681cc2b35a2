using Strongroom.Secrets;

namespace Strongroom.Backends.Files;

/// <summary>Follows the links below a folder and refuses those that lead out of it.</summary>
internal static class FolderPath
{
    private const int LinksMax = 40;

    /// <summary>The real path of <paramref name="path"/> inside <paramref name="folder"/>; null when there is nothing.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.Denied"/> when a link leads out of the folder or in a circle.</exception>
    public static string? Resolve(string folder, string path)
    {
        var links = 0;
        if (Walk("/", folder, ref links) is not { } root) return null;
        if (path.Length == 0) return root;
        if (Walk(root, path, ref links) is not { } resolved) return null;
        if (resolved.StartsWith(root + "/", StringComparison.Ordinal)) return resolved;
        throw new SecretException(SecretErrorKind.Denied, "is a link that leads out of the folder");
    }

    /// <summary>Goes part by part, so that a link in the middle is seen too.</summary>
    private static string? Walk(string start, string path, ref int links)
    {
        var current = path.StartsWith('/') ? "/" : start;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is ".") continue;
            if (part is "..")
            {
                current = Path.GetDirectoryName(current) ?? "/";
                continue;
            }
            var next = Path.Combine(current, part);
            var info = new FileInfo(next);
            if (info.LinkTarget is { } target)
            {
                if (++links > LinksMax) throw new SecretException(SecretErrorKind.Denied, "is a link that leads in a circle");
                if (Walk(current, target, ref links) is not { } followed) return null;
                current = followed;
            }
            else if (info.Exists || Directory.Exists(next))
            {
                current = next;
            }
            else
            {
                return null;
            }
        }
        return current;
    }
}
