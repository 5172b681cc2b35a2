using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Strongroom.Fakes.Aws;

/// <summary>Verifies Signature Version 4 from the words of its specification, apart from any code that makes signatures.</summary>
internal static class AwsSignature
{
    /// <summary>The error that AWS answers; null when the signature is good.</summary>
    public static string? Fault(FakeRequest request, IReadOnlyDictionary<string, (string Secret, string? Session)> keys, string region, string service, DateTimeOffset now)
    {
        var header = request.Header("Authorization");
        if (header is null) return "MissingAuthenticationTokenException";
        if (!header.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal)) return "IncompleteSignatureException";
        var parts = header["AWS4-HMAC-SHA256 ".Length..].Split(", ").Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var scope = parts["Credential"].Split('/');
        if (!keys.TryGetValue(scope[0], out var key)) return "UnrecognizedClientException";
        if (request.Header("X-Amz-Security-Token") != key.Session) return "UnrecognizedClientException";
        var stamp = request.Header("X-Amz-Date");
        if (!DateTimeOffset.TryParseExact(stamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt)) return "IncompleteSignatureException";
        if ((signedAt - now).Duration() > TimeSpan.FromMinutes(5)) return "InvalidSignatureException";
        if (scope[1] != stamp[..8] || scope[2] != region || scope[3] != service || scope[4] != "aws4_request") return "InvalidSignatureException";

        var names = parts["SignedHeaders"].Split(';');
        if (!names.Contains("host") || !names.Contains("x-amz-date")) return "InvalidSignatureException";
        var headers = string.Concat(names.Select(name => $"{name}:{request.Header(name)?.Trim()}\n"));
        var canonical = $"{request.Method}\n{request.Path}\n\n{headers}\n{parts["SignedHeaders"]}\n{Hex(SHA256.HashData(request.Body))}";
        var text = $"AWS4-HMAC-SHA256\n{stamp}\n{string.Join('/', scope[1..])}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signing = Encoding.UTF8.GetBytes("AWS4" + key.Secret);
        foreach (var step in scope[1..]) signing = HMACSHA256.HashData(signing, Encoding.UTF8.GetBytes(step));
        return Hex(HMACSHA256.HashData(signing, Encoding.UTF8.GetBytes(text))) == parts["Signature"] ? null : "InvalidSignatureException";
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
