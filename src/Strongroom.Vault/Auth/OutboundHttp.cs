using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth;

/// <summary>
/// Requests to those who vouch for logins: publishers of keys, Kubernetes. Short, small, without redirects, over TLS with the roots that
/// the mount names or the system's.
/// </summary>
/// <param name="handler">Stands in for the network; null is the network.</param>
internal sealed class OutboundHttp(HttpMessageHandler? handler) : IDisposable
{
    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The longest answer, in bytes.</summary>
    public const int AnswerLengthMax = 1024 * 1024;

    private readonly ConcurrentDictionary<string, HttpClient> _clients = new(StringComparer.Ordinal);

    /// <summary>The URL. Throws InvalidInput for one that is not HTTPS, except on this machine.</summary>
    public static Uri RequireUrl(string text, string member)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
            throw RequestFields.Invalid($"'{member}' is not an https URL");
        return url;
    }

    /// <summary>Certificates in PEM. Throws InvalidInput.</summary>
    public static X509Certificate2Collection RequireCertificates(string pem, string member)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw RequestFields.Invalid($"'{member}' holds no certificates in PEM");
        }
        return certificates.Count > 0 ? certificates : throw RequestFields.Invalid($"'{member}' holds no certificates in PEM");
    }

    /// <summary>Sends a request. Throws Unreachable.</summary>
    /// <param name="request">The request; disposed of.</param>
    /// <param name="rootsPem">The only roots to trust; empty trusts the system's.</param>
    /// <param name="bearer">Goes along as the authorization; empty is none.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<(HttpStatusCode Status, byte[] Body)> SendAsync(
        HttpRequestMessage request, string rootsPem, string bearer, CancellationToken cancellationToken)
    {
        using (request)
        {
            var url = request.RequestUri!;
            if (bearer.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            try
            {
                using var response = await _clients.GetOrAdd(rootsPem, Connect).SendAsync(request, cancellationToken);
                return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new SecretException(SecretErrorKind.Unreachable, $"{url.Host} did not answer as it should", operation: "login", inner: e);
            }
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    private HttpClient Connect(string rootsPem) =>
        new(handler ?? NewHandler(rootsPem), disposeHandler: handler is null) { Timeout = Timeout, MaxResponseContentBufferSize = AnswerLengthMax };

    private static SocketsHttpHandler NewHandler(string rootsPem)
    {
        var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = Timeout };
        if (rootsPem.Length == 0) return sockets;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(rootsPem);
        sockets.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        return sockets;
    }
}
