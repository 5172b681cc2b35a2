using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>A public key that tokens may be signed with: RSA of 2048 bits or more, or an elliptic curve of NIST.</summary>
internal sealed class JwtKey
{
    /// <summary>The most keys of one source.</summary>
    public const int CountMax = 128;

    private const int RsaSizeMin = 2048;
    private const int RsaSizeMax = 16 * 1024;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters _curve;
    private readonly int _size;
    private readonly string? _algorithm;

    private JwtKey(RSAParameters rsa, string? id, string? algorithm) => (_rsa, _size, Id, _algorithm) = (rsa, rsa.Modulus!.Length * 8, id, algorithm);

    private JwtKey(ECParameters curve, int size, string? id, string? algorithm) => (_curve, _size, Id, _algorithm) = (curve, size, id, algorithm);

    /// <summary>The name that headers call it by.</summary>
    public string? Id { get; }

    /// <summary>A key in PEM: a public key or a certificate. Throws InvalidInput.</summary>
    public static JwtKey FromPem(string pem, string member)
    {
        try
        {
            using var certificate = pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) ? X509Certificate2.CreateFromPem(pem) : null;
            using var rsa = certificate is null ? RSA.Create() : certificate.GetRSAPublicKey();
            if (rsa is not null && (certificate is not null || TryImport(rsa, pem))) return Of(rsa, id: null, algorithm: null) ?? throw Weak(member);
            using var curve = certificate is null ? ECDsa.Create() : certificate.GetECDsaPublicKey();
            if (curve is not null && (certificate is not null || TryImport(curve, pem))) return Of(curve, id: null, algorithm: null) ?? throw Weak(member);
        }
        catch (CryptographicException)
        {
            // Told below.
        }
        throw RequestFields.Invalid($"'{member}' has a key that is not a public key in PEM");
    }

    /// <summary>The keys of a JSON Web Key Set (RFC 7517) that signatures can be checked with; others are left out. Throws Malformed.</summary>
    public static List<JwtKey> FromJwks(ReadOnlyMemory<byte> json)
    {
        var keys = new List<JwtKey>();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            foreach (var element in document.RootElement.GetProperty("keys").EnumerateArray())
            {
                if (keys.Count < CountMax && FromJwk(element) is { } key) keys.Add(key);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "the answer is not a set of keys", operation: "login");
        }
        return keys;
    }

    /// <summary>Whether the key made this signature by this algorithm.</summary>
    public bool Verifies(string algorithm, byte[] signed, byte[] signature)
    {
        if (_algorithm is not null && !string.Equals(_algorithm, algorithm, StringComparison.Ordinal)) return false;
        var hash = algorithm[2..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => default,
        };
        if (hash == default) return false;
        try
        {
            if (_rsa is { } parameters)
            {
                var padding = algorithm[..2] switch { "RS" => RSASignaturePadding.Pkcs1, "PS" => RSASignaturePadding.Pss, _ => null };
                if (padding is null) return false;
                using var rsa = RSA.Create(parameters);
                return rsa.VerifyData(signed, signature, hash, padding);
            }
            if (algorithm != $"ES{(_size == 521 ? 512 : _size)}") return false;
            using var curve = ECDsa.Create(_curve);
            return curve.VerifyData(signed, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static JwtKey? FromJwk(JsonElement key)
    {
        if (Text(key, "use") is { } use && use != "sig") return null;
        try
        {
            switch (Text(key, "kty"))
            {
                case "RSA":
                    using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n", RsaSizeMin / 8, RsaSizeMax / 8), Exponent = Bytes(key, "e", 1, 8) }))
                        return Of(rsa, Text(key, "kid"), Text(key, "alg"));
                case "EC" when Curve(Text(key, "crv")) is { } curve:
                    using (var point = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(key, "x", 32, 66), Y = Bytes(key, "y", 32, 66) } }))
                        return Of(point, Text(key, "kid"), Text(key, "alg"));
                default:
                    return null;
            }
        }
        catch (Exception e) when (e is CryptographicException or SecretException or ArgumentException)
        {
            // One key that is broken, or of a kind this machine does not know, does not spoil the others.
            return null;
        }
    }

    private static JwtKey? Of(RSA rsa, string? id, string? algorithm) => rsa.KeySize is >= RsaSizeMin and <= RsaSizeMax ? new(rsa.ExportParameters(includePrivateParameters: false), id, algorithm) : null;

    private static JwtKey? Of(ECDsa curve, string? id, string? algorithm) =>
        curve.KeySize is 256 or 384 or 521 ? new(curve.ExportParameters(includePrivateParameters: false), curve.KeySize, id, algorithm) : null;

    private static bool TryImport(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static ECCurve? Curve(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => null,
    };

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[] Bytes(JsonElement key, string name, int lengthMin, int lengthMax)
    {
        var bytes = JwtText.Decode(Text(key, name) ?? "");
        return bytes.Length >= lengthMin && bytes.Length <= lengthMax && AnyBit(bytes) ? bytes : throw new CryptographicException();
    }

    private static bool AnyBit(byte[] bytes) => bytes.AsSpan().ContainsAnyExcept((byte)0);

    private static SecretException Weak(string member) => RequestFields.Invalid($"'{member}' has a key that is too short: RSA has {RsaSizeMin} bits or more");
}
