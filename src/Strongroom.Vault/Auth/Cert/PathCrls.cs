using System.Globalization;
using System.Numerics;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Cert;

/// <summary><c>crls/:name</c>: gives, reads and removes a list of revoked certificates. <c>LIST crls</c>: their names.</summary>
internal static class PathCrls
{
    public static async ValueTask<VaultResponse> ListAsync(AuthCall call, CrlStore crls, CancellationToken cancellationToken) =>
        call.IsList ? VaultResponse.Keys([.. (await crls.AllAsync(cancellationToken)).Keys.Order(StringComparer.Ordinal)]) : throw call.Unsupported();

    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, CrlStore crls, string name, CancellationToken cancellationToken)
    {
        name = RoleTable<CrlEntry>.Canonical(name);
        if (call.IsDelete) return VaultResponse.Done(await crls.DeleteAsync(name, call.Context, cancellationToken));
        if (call.IsRead) return Answer((await crls.AllAsync(cancellationToken)).GetValueOrDefault(name) ?? throw CrlStore.Missing(name));
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        return VaultResponse.Done(await crls.PutAsync(name, await ReadAsync(fields, crls, cancellationToken), call.Context, cancellationToken));
    }

    private static async ValueTask<NamedCrl> ReadAsync(RequestFields fields, CrlStore crls, CancellationToken cancellationToken)
    {
        if (fields.Text("crl") is { Length: > 0 } text)
        {
            try
            {
                return new NamedCrl(Crl.Parse(Bytes(text)), "");
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Malformed)
            {
                throw RequestFields.Invalid($"failed to parse CRL: {e.Reason}");
            }
        }
        if (fields.Text("url") is not { } url) throw RequestFields.Invalid("one of 'crl' or 'url' must be provided");
        if (url.Length == 0) throw RequestFields.Invalid("empty CRL url");
        return new NamedCrl(await crls.FetchAsync(url, cancellationToken), url);
    }

    /// <summary>PEM, or DER in base64: JSON has no bytes.</summary>
    private static byte[] Bytes(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.StartsWith("-----BEGIN", StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(trimmed);
        var bytes = new byte[trimmed.Length];
        return Convert.TryFromBase64String(trimmed, bytes, out var length) ? bytes[..length] : Encoding.Latin1.GetBytes(text);
    }

    private static VaultResponse Answer(NamedCrl crl) => VaultResponse.Ok(writer =>
    {
        if (crl.Url.Length == 0)
        {
            writer.WriteNull("cdp"u8);
        }
        else
        {
            writer.WriteStartObject("cdp"u8);
            writer.WriteString("url"u8, crl.Url);
            writer.WriteUnixTime("valid_until", (crl.List.NextUpdate ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds());
            writer.WriteEndObject();
        }
        writer.WriteStartObject("serials"u8);
        foreach (var serial in crl.List.Serials)
        {
            // In decimal, as Vault has them.
            writer.WriteStartObject(BigInteger.Parse("0" + serial, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    });
}
