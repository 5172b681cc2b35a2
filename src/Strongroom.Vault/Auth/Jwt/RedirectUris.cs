namespace Strongroom.Vault.Auth.Jwt;

/// <summary>Where a browser may be sent back to with the code of a login.</summary>
internal static class RedirectUris
{
    /// <summary>
    /// Whether the address is one of those that a role allows, character by character. On the machine of the client itself the port may be any:
    /// programs there take one that is free (RFC 8252 section 7.3).
    /// </summary>
    public static bool Allow(string[] allowed, string uri)
    {
        if (allowed.Contains(uri, StringComparer.Ordinal)) return true;
        if (WithoutPort(uri) is not { } asked) return false;
        foreach (var candidate in allowed)
        {
            if (string.Equals(WithoutPort(candidate), asked, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    /// <summary>A loopback address without its port; null for other addresses, and for those that could be read in two ways.</summary>
    private static string? WithoutPort(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && uri.Host is "localhost" or "127.0.0.1" or "[::1]" && !text.AsSpan().ContainsAny('\\', ' ', '@')
            ? $"{uri.Scheme}://{uri.Host}{uri.PathAndQuery}"
            : null;
}
