using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>TLS as the <c>VAULT_*</c> variables describe it: files in PEM.</summary>
public sealed record VaultTls
{
    /// <summary>A file of authorities that may have signed the server's certificate, in the place of the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>A folder of such files; ignored when <see cref="AuthorityFile"/> is given.</summary>
    public string? AuthorityFolder { get; init; }

    /// <summary>The client's certificate, with its chain.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Its key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the server's certificate must have, when it is not that of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Takes every certificate. Anybody on the way can read and change what is sent.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>The settings of a connection.</summary>
    /// <exception cref="SecretException">InvalidInput when a file is missing or is no PEM.</exception>
    internal SslClientAuthenticationOptions ToOptions(CertificateVerdict verdict)
    {
        var options = new SslClientAuthenticationOptions();
        if (Authorities() is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        if ((CertificateFile, KeyFile) is (null, not null) or (not null, null))
            throw Invalid("a client certificate needs both its file and the file of its key", "set VAULT_CLIENT_CERT and VAULT_CLIENT_KEY");
        if (CertificateFile is { } file) options.ClientCertificateContext = Load(file, KeyFile!);
        options.RemoteCertificateValidationCallback = (_, _, _, errors) => verdict.Accept(errors);
        return options;
    }

    private X509Certificate2Collection? Authorities()
    {
        if (AuthorityFile is null && AuthorityFolder is null) return null;
        var found = new X509Certificate2Collection();
        try
        {
            if (AuthorityFile is not null) found.ImportFromPemFile(AuthorityFile);
            else foreach (var file in Directory.GetFiles(AuthorityFolder!)) found.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Invalid($"cannot read certificates from {AuthorityFile ?? AuthorityFolder}", "it must be PEM", e);
        }
        return found.Count > 0 ? found : throw Invalid($"no certificate in {AuthorityFile ?? AuthorityFolder}", "it must be PEM");
    }

    private static SslStreamCertificateContext Load(string certificateFile, string keyFile)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Invalid($"cannot read the client certificate {certificateFile} with key {keyFile}", "both must be PEM and belong together", e);
        }
    }

    private static SecretException Invalid(string reason, string help, Exception? inner = null) =>
        new(SecretErrorKind.InvalidInput, reason, help: help, inner: inner);
}
