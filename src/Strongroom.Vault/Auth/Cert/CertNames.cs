using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Strongroom.Vault.Auth.Cert;

/// <summary>The names that stand in a certificate. Those that cannot be read are not there.</summary>
internal sealed class CertNames
{
    private const string AlternativeNamesOid = "2.5.29.17";
    private const string CommonNameOid = "2.5.4.3";
    private const string UnitOid = "2.5.4.11";
    private const int EmailTag = 1;
    private const int DnsTag = 2;
    private const int UriTag = 6;

    private readonly X509Certificate2 _certificate;

    public CertNames(X509Certificate2 certificate)
    {
        _certificate = certificate;
        foreach (var name in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (name.HasMultipleElements || name.GetSingleElementValue() is not { } value) continue;
            if (name.GetSingleElementType().Value == CommonNameOid) CommonName = value;
            else if (name.GetSingleElementType().Value == UnitOid) Units.Add(value);
        }
        if (certificate.Extensions[AlternativeNamesOid] is { } extension) ReadAlternatives(extension.RawData);
    }

    public string CommonName { get; } = "";

    public List<string> Units { get; } = [];

    public List<string> DnsNames { get; } = [];

    public List<string> Emails { get; } = [];

    public List<string> Uris { get; } = [];

    /// <summary>The value of an extension as text: what a string type of ASN.1 holds, else hexadecimal. Null when there is none.</summary>
    public string? Extension(string oid)
    {
        if (_certificate.Extensions[oid] is not { } extension) return null;
        try
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER);
            var tag = reader.PeekTag();
            if (tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.IA5String or UniversalTagNumber.PrintableString)
                return reader.ReadCharacterString((UniversalTagNumber)tag.TagValue);
        }
        catch (AsnContentException)
        {
            // Then it is bytes.
        }
        return Convert.ToHexStringLower(extension.RawData);
    }

    private void ReadAlternatives(byte[] raw)
    {
        try
        {
            var names = new AsnReader(raw, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                var list = tag.TagClass != TagClass.ContextSpecific ? null : tag.TagValue switch { EmailTag => Emails, DnsTag => DnsNames, UriTag => Uris, _ => null };
                if (list is null) names.ReadEncodedValue();
                else list.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or DecoderFallbackException)
        {
            // A list that is broken names nobody: half of it must not be believed.
            foreach (var list in new[] { Emails, DnsNames, Uris }) list.Clear();
        }
    }
}
