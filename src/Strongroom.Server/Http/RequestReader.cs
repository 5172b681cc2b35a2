using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Server.Http;

/// <summary>Translates an HTTP request to one of the vault. Everything about the transport ends here.</summary>
internal static class RequestReader
{
    private const string Prefix = "/v1/";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\0\\\r\n");

    /// <summary>The operation, or null for a method that the API does not have.</summary>
    public static VaultOperation? Operation(HttpRequest request) => request.Method switch
    {
        "HELP" => VaultOperation.Help,
        _ when request.QueryString.HasValue && request.Query["help"].ToString().Length > 0 => VaultOperation.Help,
        "GET" or "HEAD" => request.QueryString.HasValue && IsTrue(request.Query["list"].ToString()) ? VaultOperation.List : VaultOperation.Read,
        "POST" or "PUT" => VaultOperation.Update,
        "PATCH" => VaultOperation.Patch,
        "DELETE" => VaultOperation.Delete,
        "LIST" => VaultOperation.List,
        _ => null,
    };

    /// <summary>
    /// The path below <c>/v1/</c>, decoded once: what permission is checked for and what the engines see is the same text. Throws
    /// InvalidInput for a path that could be read in two ways. Null when it is no path of the API.
    /// </summary>
    public static string? Path(HttpContext context, VaultOperation operation)
    {
        var raw = RawPath(context);
        if (!raw.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var path = raw[Prefix.Length..].Contains('%') ? Uri.UnescapeDataString(raw[Prefix.Length..]) : raw[Prefix.Length..].ToString();
        if (path.AsSpan().ContainsAny(Forbidden) || path.AsSpan().ContainsAnyInRange('\u0001', '\u001f') || path.Contains('\u007f', StringComparison.Ordinal)
            || path.Contains('\ufffd', StringComparison.Ordinal))
            throw new SecretException(SecretErrorKind.InvalidInput, "path contains characters that cannot be printed");
        if (path.Contains("//", StringComparison.Ordinal) || HasDotSegment(path))
            throw new SecretException(SecretErrorKind.InvalidInput, "path contains an empty, '.' or '..' segment");
        return operation is VaultOperation.List or VaultOperation.Help && !path.EndsWith('/') ? path + "/" : path;
    }

    /// <summary>
    /// The path as it was sent, escapes included and without the query. A client may send a whole address, whose authority the web server has
    /// compared with the Host header (RFC 9112, 3.2.2).
    /// </summary>
    public static ReadOnlySpan<char> RawPath(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        if (!raw.StartsWith('/') && SchemeLength(raw) is var scheme and > 0)
        {
            var authority = raw[scheme..].IndexOfAny('/', '?');
            raw = authority < 0 ? default : raw[(scheme + authority)..];
        }
        var query = raw.IndexOf('?');
        return query >= 0 ? raw[..query] : raw;
    }

    /// <summary>The namespace a request is meant for, when it is not the root one: the only one there is.</summary>
    public static string? Namespace(IHeaderDictionary headers)
    {
        var name = headers["X-Vault-Namespace"].ToString().Trim('/');
        if (name.Length == 0 || name == "root") return null;
        return name.Length <= 128 ? name : name[..128];
    }

    /// <summary>The token of a request: <c>X-Vault-Token</c>, or a bearer.</summary>
    public static ClientToken? Token(IHeaderDictionary headers)
    {
        var text = headers["X-Vault-Token"].ToString();
        if (text.Length == 0)
        {
            var authorization = headers.Authorization.ToString();
            if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) text = authorization["Bearer ".Length..].Trim();
        }
        return text.Length is 0 or > ClientToken.LengthMax ? null : new ClientToken(text);
    }

    /// <summary>How long the answer is to be wrapped. Throws InvalidInput for what is no duration.</summary>
    public static TimeSpan WrapTtl(IHeaderDictionary headers)
    {
        var text = headers["X-Vault-Wrap-TTL"].ToString();
        return text.Length == 0 ? TimeSpan.Zero : GoDuration.Parse(text);
    }

    /// <summary>The headers that audit entries tell; null for none.</summary>
    public static IReadOnlyList<AuditedHeader>? AuditedHeaders(IHeaderDictionary headers, IReadOnlyDictionary<string, bool> told)
    {
        List<AuditedHeader>? found = null;
        foreach (var (name, hmac) in told)
        {
            if (headers.TryGetValue(name, out var values)) (found ??= []).Add(new AuditedHeader(name, [.. values.OfType<string>()], hmac));
        }
        return found;
    }

    /// <summary>Throws unless the body of a patch says that it is one: other readings of a partial body would change more than was meant.</summary>
    public static void RequireMergePatch(HttpRequest request)
    {
        const string expected = "application/merge-patch+json";
        if (request.ContentType is not { Length: > 0 } given) throw new BadHttpRequestException("mime: no media type");
        var type = given.Split(';', 2)[0].Trim();
        if (!type.Equals(expected, StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException($"PATCH requires Content-Type of {expected}", StatusCodes.Status415UnsupportedMediaType);
    }

    public static int? Number(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var text) || text.Count == 0 || text[0]!.Length == 0) return null;
        return int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SecretException(SecretErrorKind.InvalidInput, $"error converting input for field \"{name}\": it is not a whole number from 0");
    }

    private static int SchemeLength(ReadOnlySpan<char> target) =>
        target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://".Length
        : target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://".Length
        : 0;

    private static bool IsTrue(string text) => text is "true" or "1" or "t" or "T" or "TRUE" or "True";

    private static bool HasDotSegment(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[range] is "." or "..") return true;
        }
        return false;
    }
}
