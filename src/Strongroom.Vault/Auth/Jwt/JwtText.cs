using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>
/// A JSON Web Token in its compact form, taken apart and not yet believed (RFC 7515, RFC 7519). Strict: base64url without padding or stray
/// bits, no member twice, no critical extensions, and a limit to everything. Faults are InvalidInput.
/// </summary>
internal sealed class JwtText
{
    /// <summary>The longest token, in characters.</summary>
    public const int LengthMax = 16 * 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private JwtText(string algorithm, string? keyId, JsonElement claims, byte[] signed, byte[] signature) =>
        (Algorithm, KeyId, Claims, Signed, Signature) = (algorithm, keyId, claims, signed, signature);

    /// <summary>What the header says it is signed with.</summary>
    public string Algorithm { get; }

    /// <summary>Which key the header says.</summary>
    public string? KeyId { get; }

    /// <summary>The claims: an object.</summary>
    public JsonElement Claims { get; }

    /// <summary>The bytes that the signature is over.</summary>
    public byte[] Signed { get; }

    public byte[] Signature { get; }

    public static JwtText Parse(string token)
    {
        if (token.Length > LengthMax) throw Malformed();
        var parts = token.Split('.');
        if (parts.Length != 3 || !Ascii.IsValid(token)) throw Malformed();
        var header = Object(Decode(parts[0]));
        var claims = Object(Decode(parts[1]));
        // A critical extension is one that who does not know it must not ignore; none is known here.
        if (header.TryGetProperty("crit", out _)) throw Malformed();
        if (!header.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String) throw Malformed();
        var keyId = header.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String ? kid.GetString() : null;
        return new JwtText(algorithm.GetString()!, keyId, claims, Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length), Decode(parts[2]));
    }

    /// <summary>Bytes in base64url in the one form that they have.</summary>
    public static byte[] Decode(string text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_')) throw Malformed();
        }
        if (!Base64Url.IsValid(text)) throw Malformed();
        var bytes = Base64Url.DecodeFromChars(text);
        return string.Equals(Base64Url.EncodeToString(bytes), text, StringComparison.Ordinal) ? bytes : throw Malformed();
    }

    private static JsonElement Object(byte[] json)
    {
        using var document = StrictJson.TryParse(json, Options) ?? throw Malformed();
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Malformed();
    }

    private static Secrets.SecretException Malformed() => RequestFields.Invalid("error validating token: malformed jwt");
}
