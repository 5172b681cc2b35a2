using System.Globalization;
using System.Security.Cryptography;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/tools/random</c> and <c>sys/tools/hash</c>: random bytes, and the hash of what is sent.</summary>
internal static class PathTools
{
    /// <summary>The most random bytes of one answer.</summary>
    public const int RandomLengthMax = 128 * 1024;

    public static ValueTask<VaultResponse> RandomAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        // random, random/:bytes, random/:source, random/:source/:bytes
        var (source, length) = (fields.Text("source") ?? "platform", fields.Text("bytes") ?? "32");
        foreach (var part in call.Argument.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (char.IsAsciiDigit(part[0])) length = part;
            else source = part;
        }
        if (source is not ("platform" or "seal" or "all")) throw RequestFields.Invalid($"unsupported entropy source \"{source}\"; must be \"platform\" or \"seal\", or \"all\"");
        if (!int.TryParse(length, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bytes)) throw RequestFields.Invalid($"error parsing url-set byte count: {length}");
        if (bytes < 1) throw RequestFields.Invalid("\"bytes\" cannot be less than 1");
        if (bytes > RandomLengthMax) throw RequestFields.Invalid($"\"bytes\" should be less than {RandomLengthMax}");
        var format = Format(fields, "base64");
        var random = new byte[bytes];
        call.System.Barrier.Random.GetBytes(random);
        var response = VaultResponse.Ok(writer =>
        {
            if (format is "hex") writer.WriteString("random_bytes"u8, Convert.ToHexStringLower(random));
            else writer.WriteBase64String("random_bytes"u8, random);
        });
        CryptographicOperations.ZeroMemory(random);
        return new(response);
    }

    public static ValueTask<VaultResponse> HashAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var input = Decode(fields.Text("input") ?? "");
        fields.Know("algorithm");
        var algorithm = call.Argument.Length > 0 ? call.Argument : fields.Text("algorithm") ?? "sha2-256";
        var sum = algorithm switch
        {
            "sha2-256" => SHA256.HashData(input),
            "sha2-384" => SHA384.HashData(input),
            "sha2-512" => SHA512.HashData(input),
            "sha3-256" when SHA3_256.IsSupported => SHA3_256.HashData(input),
            "sha3-384" when SHA3_384.IsSupported => SHA3_384.HashData(input),
            "sha3-512" when SHA3_512.IsSupported => SHA3_512.HashData(input),
            _ => throw RequestFields.Invalid($"unsupported algorithm {algorithm}"),
        };
        CryptographicOperations.ZeroMemory(input);
        var format = Format(fields, "hex");
        return new(VaultResponse.Ok(writer => writer.WriteString("sum"u8, format is "hex" ? Convert.ToHexStringLower(sum) : Convert.ToBase64String(sum))));
    }

    private static string Format(RequestFields fields, string usual) => fields.Text("format") switch
    {
        null or "" => usual,
        "hex" => "hex",
        "base64" => "base64",
        var other => throw RequestFields.Invalid($"unsupported encoding format \"{other}\"; must be \"hex\" or \"base64\""),
    };

    private static byte[] Decode(string input)
    {
        var bytes = new byte[input.Length];
        return Convert.TryFromBase64String(input, bytes, out var length) ? bytes[..length] : throw RequestFields.Invalid("unable to decode input as base64");
    }
}
