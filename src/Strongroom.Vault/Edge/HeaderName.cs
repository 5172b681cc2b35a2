using System.Buffers;

namespace Strongroom.Vault.Edge;

/// <summary>Names of HTTP headers: RFC 9110, section 5.6.2.</summary>
internal static class HeaderName
{
    private const int LengthMax = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool IsOne(string text) => text.Length is > 0 and <= LengthMax && !text.AsSpan().ContainsAnyExcept(Allowed);
}
