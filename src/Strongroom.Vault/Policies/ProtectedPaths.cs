namespace Strongroom.Vault.Policies;

/// <summary>The paths that need <see cref="Requests.Capability.Sudo"/> beside the capability of the operation, as Vault documents them.</summary>
public static class ProtectedPaths
{
    private static PathPattern[]? _patterns;

    private static PathPattern[] Patterns => _patterns ??= Array.ConvertAll(Texts, static text => PathPattern.TryParse(text)!);

    private static string[] Texts =>
    [
        "auth/token/accessors", "auth/token/accessors/", "auth/token/revoke-orphan",
        "sys/audit", "sys/audit/*", "sys/auth/*", "sys/config/auditing/*", "sys/config/cors", "sys/config/ui/headers", "sys/config/ui/headers/*",
        "sys/internal/inspect/*", "sys/leases", "sys/leases/", "sys/leases/lookup/*", "sys/leases/revoke-force/*", "sys/leases/revoke-prefix/*",
        "sys/plugins/catalog/*", "sys/raw", "sys/raw/*", "sys/remount", "sys/revoke-force/*", "sys/revoke-prefix/*", "sys/rotate", "sys/seal",
        "sys/step-down", "sys/storage/raft/snapshot-auto/*",
    ];

    /// <summary>True when requests to a path need sudo.</summary>
    public static bool Contains(ReadOnlySpan<char> path)
    {
        path = path.TrimStart('/');
        foreach (var pattern in Patterns)
            if (pattern.Matches(path, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>True when a pattern fits a path that needs sudo.</summary>
    internal static bool Overlap(PathPattern pattern)
    {
        foreach (var one in Patterns)
            if (PatternSets.Overlap(one, pattern)) return true;
        return false;
    }
}
