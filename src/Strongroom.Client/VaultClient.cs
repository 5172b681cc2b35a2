using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>
/// Talks to a server of Vault's HTTP API. Every status is an answer; only a server that cannot be reached, or answers what no server
/// should, is an exception. Safe for many callers at once.
/// </summary>
public sealed class VaultClient : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly CertificateVerdict _verdict;

    /// <summary>A client with connections of its own.</summary>
    /// <exception cref="SecretException">InvalidInput when the files of <see cref="VaultClientOptions.Tls"/> cannot be read.</exception>
    public VaultClient(VaultClientOptions options)
    {
        Options = options;
        _verdict = new CertificateVerdict(options.Tls.SkipsVerification);
        _http = new HttpMessageInvoker(VaultTransport.Create(options, _verdict));
    }

    /// <summary>A client over another transport, which it disposes.</summary>
    public VaultClient(VaultClientOptions options, HttpMessageHandler transport)
    {
        Options = options;
        _verdict = new CertificateVerdict(takesAny: false);
        _http = new HttpMessageInvoker(transport);
    }

    /// <summary>What it was made with.</summary>
    public VaultClientOptions Options { get; }

    /// <summary>The whole address that a call goes to.</summary>
    public Uri AddressOf(VaultCall call) => VaultRequests.AddressOf(Options, call);

    /// <summary>Sends a call, again when the server asks for it, and returns the whole answer, which the caller disposes.</summary>
    /// <exception cref="SecretException">Unreachable, Malformed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<VaultReply> SendAsync(VaultCall call, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(Options, cancellationToken);
        try
        {
            using var response = await SendWithRetriesAsync(call, deadline.Token);
            return await ReadAsync(response, deadline.Token);
        }
        catch (Exception e) when (IsTransport(e))
        {
            throw Unreachable(e, deadline.IsOver);
        }
    }

    /// <summary>Sends a call and copies a success to <paramref name="target"/> as it comes; returns the answer without its body then.</summary>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public async Task<VaultReply> DownloadAsync(VaultCall call, Stream target, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(Options with { Timeout = TimeSpan.Zero }, cancellationToken);
        try
        {
            using var response = await SendWithRetriesAsync(call, deadline.Token);
            if (!response.IsSuccessStatusCode) return await ReadAsync(response, deadline.Token);
            await response.Content.CopyToAsync(target, deadline.Token);
            return Reply(response, new SecretBuffer(0));
        }
        catch (Exception e) when (IsTransport(e))
        {
            throw Unreachable(e, deadline.IsOver);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendWithRetriesAsync(VaultCall call, CancellationToken cancellationToken)
    {
        var retries = call.BodyStream is null ? Options.RetriesMax : 0;
        var wait = Options.RetryWait;
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                var response = await SendOnceAsync(call, cancellationToken);
                if (attempt == retries || !IsWorthAnother(response.StatusCode)) return response;
                asked = RetryAfter(response);
                response.Dispose();
            }
            catch (HttpRequestException e) when (attempt < retries && e.InnerException is not AuthenticationException)
            {
                // The next attempt may find the server again.
            }
            await Task.Delay(asked ?? wait, Options.Time, cancellationToken);
            wait *= 2;
        }
    }

    /// <summary>Follows one redirect, as a standby sends it, if it stays on the same server: the token goes nowhere else.</summary>
    private async Task<HttpResponseMessage> SendOnceAsync(VaultCall call, CancellationToken cancellationToken)
    {
        var address = AddressOf(call);
        for (var redirects = 0; ; redirects++)
        {
            using var request = VaultRequests.Create(Options, call, address);
            var response = await _http.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 307 or 308) || response.Headers.Location is not { } location || call.BodyStream is not null) return response;
            response.Dispose();
            if (!Uri.TryCreate(address, location, out var target))
                throw new SecretException(SecretErrorKind.Malformed, "the server sends to an address that is none");
            if (redirects > 0 || Uri.Compare(address, target, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
            {
                throw new SecretException(
                    SecretErrorKind.Unreachable, $"the server sends to {target.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}, and a token is not sent to another place than it was meant for",
                    help: $"set {VaultEnvironment.Address} to it if you trust it");
            }
            address = target;
        }
    }

    private async Task<VaultReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new SecretBuffer((int)Math.Clamp(response.Content.Headers.ContentLength ?? 1024, 16, 1024 * 1024));
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (true)
            {
                var count = await stream.ReadAsync(body.GetMemory(1024), cancellationToken);
                if (count == 0) return Reply(response, body);
                body.Advance(count);
                if (body.Length > Options.AnswerLengthMax)
                    throw new SecretException(SecretErrorKind.Malformed, $"the server's answer is larger than {Options.AnswerLengthMax} bytes");
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private VaultReply Reply(HttpResponseMessage response, SecretBuffer body) =>
        new(response.RequestMessage!.RequestUri!, response.RequestMessage.Method.Method, response.StatusCode, RetryAfter(response), body);

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > Options.Time.GetUtcNow() => date - Options.Time.GetUtcNow(),
        _ => null,
    };

    private static bool IsWorthAnother(HttpStatusCode status) => (int)status is 412 or 429 or (>= 500 and not 501);

    private static bool IsTransport(Exception e) => e is HttpRequestException or IOException or TaskCanceledException { InnerException: TimeoutException } or OperationCanceledException;

    private SecretException Unreachable(Exception e, bool isOver)
    {
        var where = Options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        if (e is OperationCanceledException && !isOver) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
        var (reason, help) = e switch
        {
            OperationCanceledException => ($"{where} did not answer within {GoDuration.Format(Options.Timeout)}", "VAULT_CLIENT_TIMEOUT is how long to wait"),
            { InnerException: AuthenticationException or IOException } when _verdict.Refusal.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) =>
                ($"the certificate of {where} is for another name", "VAULT_TLS_SERVER_NAME is the name to expect"),
            { InnerException: AuthenticationException or IOException } when _verdict.Refusal != SslPolicyErrors.None =>
                ($"the certificate of {where} is not trusted", "VAULT_CACERT names the authority that signed it"),
            { InnerException: AuthenticationException or IOException } when Options.Address.Scheme == Uri.UriSchemeHttps =>
                ($"{where} does not speak TLS as we do", $"a dev server speaks plain http: {VaultEnvironment.Address}=http://{Options.Address.Authority}"),
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => ($"nothing listens on {where}", "is the server running?"),
            { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } } => ($"there is no host {Options.Address.Host}", $"{VaultEnvironment.Address} is {where}"),
            _ => ($"the connection to {where} failed", $"{VaultEnvironment.Address} is {where}"),
        };
        return new SecretException(SecretErrorKind.Unreachable, reason, help: help, inner: e);
    }

    /// <summary>The time that a call has.</summary>
    private sealed class Deadline : IDisposable
    {
        private readonly CancellationTokenSource? _timer;
        private readonly CancellationTokenSource _both;

        public Deadline(VaultClientOptions options, CancellationToken cancellationToken)
        {
            if (options.Timeout > TimeSpan.Zero) _timer = new CancellationTokenSource(options.Timeout, options.Time);
            _both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer?.Token ?? CancellationToken.None);
        }

        public CancellationToken Token => _both.Token;

        public bool IsOver => _timer?.IsCancellationRequested == true;

        public void Dispose()
        {
            _both.Dispose();
            _timer?.Dispose();
        }
    }
}
