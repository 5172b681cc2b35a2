using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>
/// Sends requests for backends: every status is an answer, redirects are refused (a credential goes only where it was meant to go),
/// answers are limited and land in buffers that are zeroed. No retries and no time limits: the store has them. The connections are made
/// at the first call. Safe for many callers at once.
/// </summary>
internal sealed class HttpCaller(TransportFactory? transport, TimeProvider time) : IDisposable
{
    /// <summary>The longest answer that is taken: 64 MiB, as 10,000 secrets listed with their metadata need.</summary>
    public const int AnswerBytesMax = 64 << 20;

    private readonly Lock _lock = new();
    private HttpMessageInvoker? _invoker;

    /// <summary>The name and version that requests carry, which some vendors insist on.</summary>
    public static ProductInfoHeaderValue Agent { get; } = new("strongroom", "0.1");

    /// <summary>Sends a request, which this disposes, and returns the whole answer, which the caller disposes.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="firstLineOnly">For answers that go on and on: the rest is not waited for, and the connection is closed.</param>
    /// <exception cref="SecretException">Unreachable when no whole answer came, Malformed for a redirect or an answer that is too long.</exception>
    public async ValueTask<HttpAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken, bool firstLineOnly = false)
    {
        using var sent = request;
        if (request.Headers.UserAgent.Count == 0) request.Headers.UserAgent.Add(new ProductInfoHeaderValue(Agent.Product!));
        try
        {
            using var response = await Invoker().SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308) throw Redirected(request, response);
            var answer = new HttpAnswer(response, await ReadAsync(response, firstLineOnly, cancellationToken), time);
            return answer;
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(request.RequestUri!, e);
        }
        catch (IOException e)
        {
            throw new SecretException(SecretErrorKind.Unreachable, $"the answer of {request.RequestUri!.Host} broke off", inner: Nameless(e));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _invoker?.Dispose();
            _invoker = null;
        }
    }

    private HttpMessageInvoker Invoker()
    {
        if (_invoker is { } known) return known;
        lock (_lock) return _invoker ??= new HttpMessageInvoker(transport?.Invoke() ?? NewTransport());
    }

    /// <summary>The usual transport; <paramref name="tls"/> where a store has authorities or certificates of its own.</summary>
    public static SocketsHttpHandler NewTransport(SslClientAuthenticationOptions? tls = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (tls is not null) handler.SslOptions = tls;
        return handler;
    }

    /// <summary>The transport to what is on this machine's own network, past any proxy.</summary>
    public static SocketsHttpHandler NewDirectTransport()
    {
        var handler = NewTransport();
        handler.UseProxy = false;
        return handler;
    }

    private static async ValueTask<SecretBuffer> ReadAsync(HttpResponseMessage response, bool firstLineOnly, CancellationToken cancellationToken)
    {
        var expected = response.Content.Headers.ContentLength;
        var body = new SecretBuffer((int)Math.Clamp(expected ?? 1024, 16, 1 << 20));
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (true)
            {
                var count = await stream.ReadAsync(body.GetMemory(1024), cancellationToken);
                if (count == 0) return body;
                body.Advance(count);
                if (firstLineOnly && body.Written[^count..].IndexOf((byte)'\n') is var end and >= 0)
                {
                    body.Shorten(count - end);
                    return body;
                }
                if (body.Length > AnswerBytesMax)
                    throw new SecretException(SecretErrorKind.Malformed, $"was answered with more than {AnswerBytesMax} bytes");
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static SecretException Redirected(HttpRequestMessage request, HttpResponseMessage response)
    {
        // Without what stands before the host: it may be a credential that the server put there.
        var target = response.Headers.Location is { } location && Uri.TryCreate(request.RequestUri!, location, out var address)
            ? address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) : "an address that is none";
        return new SecretException(
            SecretErrorKind.Malformed, $"{request.RequestUri!.Host} sends to {target}, and credentials are not sent to another place than they were meant for",
            help: "configure that address if you trust it");
    }

    private static SecretException Unreachable(Uri address, HttpRequestException fault)
    {
        var (reason, help) = fault.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => ($"there is no host {address.Host}", (string?)null),
            HttpRequestError.ConnectionError => ($"nothing answers at {address.Authority}", null),
            HttpRequestError.SecureConnectionError => ($"the TLS connection to {address.Authority} was refused", "is its certificate trusted here, and for that name?"),
            HttpRequestError.ResponseEnded => ($"the answer of {address.Host} broke off", null),
            HttpRequestError.ProxyTunnelError => ($"the proxy on the way to {address.Host} refused", "HTTPS_PROXY and NO_PROXY say which proxy is used"),
            _ when fault.InnerException is AuthenticationException => ($"the TLS connection to {address.Authority} was refused", "is its certificate trusted here, and for that name?"),
            _ => ($"{address.Authority} could not be reached", null),
        };
        return new SecretException(SecretErrorKind.Unreachable, reason, help: help, inner: Nameless(fault));
    }

    /// <summary>The type of a fault without its message, which may quote what was sent.</summary>
    private static IOException Nameless(Exception fault) => new(fault.GetType().Name);
}
