using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Server.Http;

namespace Strongroom.Server.Hosting;

/// <summary>
/// The certificate of a listener, from its files. It is read again when they change or when it is asked to; connections that are open keep
/// what they began with, and files that cannot be used leave the old certificate in its place.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly TlsConfiguration _tls;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly X509Certificate2Collection _authorities = [];
    private volatile SslServerAuthenticationOptions _current;
    private (long, long, long, long) _stamp;
    private long _nextLook;

    /// <summary>Reads the files. Throws InvalidInput when they cannot be used.</summary>
    public ServerCertificate(TlsConfiguration tls, TimeProvider time)
    {
        (_tls, _time) = (tls, time);
        try
        {
            if (tls.ClientAuthorityFile is { } file) _authorities.ImportFromPemFile(file);
            _stamp = Stamp();
            _current = Load();
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, "cannot be used for TLS: " + Reason(e), operation: "start", name: tls.CertificateFile,
                help: $"it must be PEM, and {tls.KeyFile} its unencrypted key", inner: e);
        }
    }

    /// <summary>Where news of the certificate go; set once the server has its log.</summary>
    public ILogger? Log { get; set; }

    /// <summary>What a connection is offered. What its client sends beside a certificate of its own is kept with the connection.</summary>
    public SslServerAuthenticationOptions For(ConnectionContext connection)
    {
        var current = Current;
        if (!_tls.AsksForClientCertificate) return current;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = current.ServerCertificateContext,
            EnabledSslProtocols = current.EnabledSslProtocols,
            ApplicationProtocols = current.ApplicationProtocols,
            ClientCertificateRequired = current.ClientCertificateRequired,
            AllowRenegotiation = current.AllowRenegotiation,
            // A session that is resumed brings the client's certificate and not those beside it: what it may do would depend on chance.
            AllowTlsResume = false,
            CertificateRevocationCheckMode = current.CertificateRevocationCheckMode,
            RemoteCertificateValidationCallback = (_, client, chain, _) =>
            {
                ClientChain.Keep(connection, client as X509Certificate2, chain);
                return IsWelcome(client, chain);
            },
        };
    }

    /// <summary>What the next connection is offered.</summary>
    public SslServerAuthenticationOptions Current
    {
        get
        {
            if (_time.GetTimestamp() >= Volatile.Read(ref _nextLook)) Look();
            return _current;
        }
    }

    /// <summary>Reads the files again, whether they look changed or not.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            try
            {
                _stamp = Stamp();
                _current = Load();
            }
            catch (Exception e) when (IsUnusable(e))
            {
                if (Log is not null) ServerLog.CertificateRefused(Log, _tls.CertificateFile, Reason(e));
            }
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            Volatile.Write(ref _nextLook, _time.GetTimestamp() + (long)(LookInterval.TotalSeconds * _time.TimestampFrequency));
            if (Stamp() == _stamp) return;
        }
        Reload();
    }

    private SslServerAuthenticationOptions Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_tls.CertificateFile, _tls.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_tls.CertificateFile);
        if (chain.Count > 0) chain.RemoveAt(0);
        // The old one is not disposed of: handshakes may be using it.
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = _tls.Protocols,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ClientCertificateRequired = _tls.AsksForClientCertificate,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (Log is not null) ServerLog.CertificateLoaded(Log, _tls.CertificateFile, new DateTimeOffset(certificate.NotAfter));
        return options;
    }

    /// <summary>Unless certificates are required, any will do here: to log in with one, it is checked by the login.</summary>
    private bool IsWelcome(X509Certificate? client, X509Chain? sent)
    {
        if (!_tls.RequiresClientCertificate) return true;
        if (client is not X509Certificate2 certificate) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        if (_authorities.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        }
        return chain.Build(certificate);
    }

    private (long, long, long, long) Stamp()
    {
        var (certificate, key) = (new FileInfo(Target(_tls.CertificateFile)), new FileInfo(Target(_tls.KeyFile)));
        return certificate.Exists && key.Exists
            ? (certificate.LastWriteTimeUtc.Ticks, certificate.Length, key.LastWriteTimeUtc.Ticks, key.Length)
            : default;
    }

    /// <summary>Orchestrators swap links.</summary>
    private static string Target(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static bool IsUnusable(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "a file is missing",
        UnauthorizedAccessException => "a file may not be read",
        IOException => "a file cannot be read",
        _ => "certificate and key do not fit, or are not PEM",
    };
}
