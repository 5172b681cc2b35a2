using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Strongroom.Vault.Auth.Cert;

/// <summary>Holds the certificate of a client against a trusted one.</summary>
internal static class CertMatch
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string AnyPurpose = "2.5.29.37.0";

    /// <summary>
    /// The serial numbers of the certificates from the client's to the trusted one: of the client's alone when it is itself trusted, null when it is
    /// neither that nor issued by a trusted one, or not good at this time.
    /// </summary>
    public static IReadOnlyList<byte[]>? FindChain(CertEntry entry, X509Certificate2 client, IReadOnlyList<X509Certificate2> sent, DateTimeOffset now)
    {
        var trusted = OutboundHttp.RequireCertificates(entry.Pem, "certificate");
        try
        {
            if (!IsInTime(client, now) || !MayAuthenticate(client)) return null;
            foreach (var certificate in trusted)
            {
                // CVE-2025-6037, CVE-2024-2048: one that is no authority trusts nobody but its very self, not what shares its key or number.
                if (CryptographicOperations.FixedTimeEquals(certificate.RawDataMemory.Span, client.RawDataMemory.Span)) return [client.SerialNumberBytes.ToArray()];
            }
            return FindIssued(trusted, client, sent, now);
        }
        finally
        {
            foreach (var certificate in trusted) certificate.Dispose();
        }
    }

    /// <summary>Whether the names and extensions are those that are asked for.</summary>
    public static bool IsAllowed(CertEntry entry, CertNames names) =>
        Any(entry.AllowedNames, [names.CommonName, .. names.DnsNames, .. names.Emails])
        && Any(entry.AllowedCommonNames, [names.CommonName])
        && Any(entry.AllowedDnsNames, names.DnsNames)
        && Any(entry.AllowedEmails, names.Emails)
        && Any(entry.AllowedUris, names.Uris)
        && Any(entry.AllowedOrganizationalUnits, names.Units)
        && Array.TrueForAll(entry.RequiredExtensions, required => HasExtension(required, names));

    /// <summary>The way that signatures lead from the client's certificate to a trusted authority. That one need not be a root: trust ends where it was given.</summary>
    private static List<byte[]>? FindIssued(X509Certificate2Collection trusted, X509Certificate2 client, IReadOnlyList<X509Certificate2> sent, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        foreach (var certificate in trusted)
        {
            if (IsAuthority(certificate)) chain.ChainPolicy.CustomTrustStore.Add(certificate);
        }
        if (chain.ChainPolicy.CustomTrustStore.Count == 0) return null;
        foreach (var certificate in sent) chain.ChainPolicy.ExtraStore.Add(certificate);
        var good = chain.Build(client)
            && Array.TrueForAll(chain.ChainStatus, status => status.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot)
            && EndsIn(chain, chain.ChainPolicy.CustomTrustStore);
        var serials = new List<byte[]>();
        foreach (var element in chain.ChainElements)
        {
            serials.Add(element.Certificate.SerialNumberBytes.ToArray());
            element.Certificate.Dispose();
        }
        return good ? serials : null;
    }

    private static bool EndsIn(X509Chain chain, X509Certificate2Collection authorities)
    {
        for (var i = 1; i < chain.ChainElements.Count; i++)
        {
            foreach (var authority in authorities)
            {
                if (chain.ChainElements[i].Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span)) return true;
            }
        }
        return false;
    }

    private static bool IsAuthority(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509BasicConstraintsExtension constraints) return constraints.CertificateAuthority;
        }
        return false;
    }

    private static bool MayAuthenticate(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            if (extension is not X509EnhancedKeyUsageExtension usages) continue;
            var allowed = false;
            foreach (var usage in usages.EnhancedKeyUsages) allowed |= usage.Value is ClientAuthentication or AnyPurpose;
            return allowed;
        }
        return true;
    }

    private static bool IsInTime(X509Certificate2 certificate, DateTimeOffset now) =>
        now.LocalDateTime >= certificate.NotBefore && now.LocalDateTime <= certificate.NotAfter;

    private static bool Any(string[] patterns, List<string> names) =>
        patterns.Length == 0 || names.Exists(name => Array.Exists(patterns, pattern => name.Length > 0 && Glob.Matches(pattern, name)));

    private static bool HasExtension(string required, CertNames names)
    {
        var colon = required.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && names.Extension(required[..colon].Trim()) is { } value && Glob.Matches(required[(colon + 1)..].Trim(), value);
    }
}
