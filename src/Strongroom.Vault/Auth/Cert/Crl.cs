using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Vault.Auth.Cert;

/// <summary>
/// A list of revoked certificates (RFC 5280 section 5): their serial numbers. As with Vault, who gave it to the vault vouches for it: its signature
/// is not checked, and its numbers count for every authority.
/// </summary>
internal sealed class Crl
{
    /// <summary>The longest list, in bytes; tens of thousands of certificates.</summary>
    public const int LengthMax = 1024 * 1024;

    private const string DeltaOid = "2.5.29.27";
    private const string PemLabel = "X509 CRL";

    private readonly HashSet<string> _serials;

    private Crl(byte[] der, HashSet<string> serials, DateTimeOffset? nextUpdate) => (Der, _serials, NextUpdate) = (der, serials, nextUpdate);

    /// <summary>The list as it is stored.</summary>
    public byte[] Der { get; }

    /// <summary>When its authority gives out the next one at the latest; null when it does not say.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>The serial numbers, in hexadecimal without leading zeros.</summary>
    public IReadOnlyCollection<string> Serials => _serials;

    /// <summary>A list in DER, or in PEM. Throws Malformed.</summary>
    public static Crl Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (bytes.Span.StartsWith("-----BEGIN"u8)) bytes = Decode(Encoding.ASCII.GetString(bytes.Span));
            if (bytes.Length > LengthMax) throw Malformed($"it has more than {LengthMax} bytes");
            return Read(bytes.ToArray());
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or FormatException)
        {
            throw Malformed("it is no list in DER or PEM");
        }
    }

    public bool Has(ReadOnlySpan<byte> serialNumber) => _serials.Contains(Hex(serialNumber));

    private static byte[] Decode(string pem)
    {
        var found = PemEncoding.Find(pem);
        if (!pem.AsSpan()[found.Label].SequenceEqual(PemLabel)) throw Malformed("the PEM holds something else");
        return Convert.FromBase64String(pem[found.Base64Data]);
    }

    private static Crl Read(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var content = list.ReadSequence();
        list.ReadSequence();
        list.ReadBitString(out _);
        list.ThrowIfNotEmpty();

        if (content.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) content.ReadInteger();
        content.ReadSequence();
        content.ReadSequence();
        ReadTime(content);
        var nextUpdate = content.HasData && IsTime(content.PeekTag()) ? ReadTime(content) : (DateTimeOffset?)null;
        var serials = new HashSet<string>(StringComparer.Ordinal);
        if (content.HasData && content.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var revoked = content.ReadSequence();
            while (revoked.HasData) serials.Add(Hex(revoked.ReadSequence().ReadIntegerBytes().Span));
        }
        if (content.HasData) RequireWhole(content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
        content.ThrowIfNotEmpty();
        return new Crl(der, serials, nextUpdate);
    }

    /// <summary>A list of changes alone would seem to say that all others are good.</summary>
    private static void RequireWhole(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            if (extensions.ReadSequence().ReadObjectIdentifier() == DeltaOid) throw Malformed("it is a list of changes (delta CRL)");
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static string Hex(ReadOnlySpan<byte> number) => Convert.ToHexStringLower(number.TrimStart((byte)0));

    private static SecretException Malformed(string reason) => new(SecretErrorKind.Malformed, reason);
}
