using Strongroom.Secrets;
using Strongroom.Server.Http;

namespace Strongroom.Server.Hcp;

/// <summary>The paths of the API of HCP Vault Secrets.</summary>
internal static class HcpPath
{
    public const string Token = "/oauth2/token";

    private const string Api = "/secrets/";

    private const int SegmentLengthMax = 128;

    /// <summary>The path as it was sent, escapes included and without the query, when it is one of this API; else null.</summary>
    public static string? Of(HttpContext context)
    {
        var path = RequestReader.RawPath(context);
        return path.SequenceEqual(Token) || path.StartsWith(Api, StringComparison.Ordinal) ? path.ToString() : null;
    }

    /// <summary>The segments behind <c>/secrets/</c>, decoded. Throws InvalidInput for one that could lead elsewhere.</summary>
    public static string[] Segments(string path)
    {
        var segments = path[Api.Length..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = Uri.UnescapeDataString(segments[i]);
            var colon = segments[i].IndexOf(':', StringComparison.Ordinal);
            if (!IsPlain(colon < 0 ? segments[i] : segments[i][..colon]))
                throw new SecretException(SecretErrorKind.InvalidInput, "names and ids in the path are up to 128 letters, digits, '-', '_' and '.'");
        }
        return segments;
    }

    /// <summary>Whether a text can stand in a path of the vault and mean itself.</summary>
    public static bool IsPlain(string segment)
    {
        if (segment.Length is 0 or > SegmentLengthMax || segment is "." or "..") return false;
        foreach (var c in segment)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        return true;
    }

    /// <summary>Throws InvalidInput unless HCP Vault Secrets would take the name for a new secret.</summary>
    public static void RequireSecretName(string name)
    {
        var isName = name.Length is > 0 and <= 64 && !char.IsAsciiDigit(name[0]);
        foreach (var c in name) isName &= char.IsAsciiLetterOrDigit(c) || c == '_';
        if (!isName) throw new SecretException(SecretErrorKind.InvalidInput, "a name is up to 64 letters, digits and '_', with no digit first");
    }
}
