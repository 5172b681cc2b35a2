namespace Strongroom.Backends;

/// <summary>The meaning of a prefix to list: the path itself and what lies below it, never half a name.</summary>
internal static class PathPrefix
{
    public static bool Covers(string prefix, string path)
    {
        if (prefix.Length == 0) return true;
        if (!path.StartsWith(prefix, StringComparison.Ordinal)) return false;
        return prefix.EndsWith('/') || path.Length == prefix.Length || path[prefix.Length] == '/';
    }
}
