using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AgentDs;

/// <summary>Session tokens: JWT with HMAC-SHA-256 (RFC 7515, HS256).</summary>
internal static class Jwt
{
    private static readonly string Header = Encode("""{"alg":"HS256","typ":"JWT"}""");

    public static string Sign(string payload, string key)
    {
        var signed = $"{Header}.{Encode(payload)}";
        return $"{signed}.{Signature(signed, key)}";
    }

    public static bool Verify(string token, string key)
    {
        var dot = token.LastIndexOf('.');
        var expected = Signature(token[..dot], key);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token[(dot + 1)..]), Encoding.ASCII.GetBytes(expected));
    }

    private static string Signature(string signed, string key) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed)));

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
