using System.Net;
using System.Text;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Hcp;

/// <summary>
/// Speaks to the app of one store: gets a token by OAuth 2.0 client credentials, and another when it ends or is refused; finds out
/// which version of the API is there; turns refusals into failures.
/// </summary>
/// <remarks>https://developer.hashicorp.com/hcp/docs/hcp/iam/service-principal/key; the API is described by hashicorp/hcp-sdk-go.</remarks>
internal sealed class HcpSession : IDisposable
{
    private readonly HcpConnection _connection;
    private readonly HttpCaller _http;
    private readonly CredentialKeeper _token;
    private volatile string? _version;

    public HcpSession(HcpConnection connection, TransportFactory? transport)
    {
        _connection = connection;
        _http = new HttpCaller(transport, connection.Time);
        _token = new CredentialKeeper((_, cancellationToken) => LoginAsync(cancellationToken), connection.Time);
    }

    /// <summary>Whether the server has only the older version of the API; known after the first call.</summary>
    public async ValueTask<bool> IsOlderAsync(CancellationToken cancellationToken) =>
        (_version ?? _connection.ApiVersion ?? await FindVersionAsync(cancellationToken)) == HcpConnection.Older;

    /// <summary>
    /// Sends a request about the app and returns its answer, which the caller disposes. <paramref name="rest"/> is what stands behind
    /// the app in a version of the API. An answer "there is no such thing" is returned; every other refusal is thrown.
    /// </summary>
    /// <exception cref="SecretException">With the kind of the refusal.</exception>
    public async ValueTask<HttpAnswer> SendAsync(HttpMethod method, Func<string, string> rest, Func<HttpContent>? body, CancellationToken cancellationToken)
    {
        var version = _version ?? _connection.ApiVersion ?? HcpConnection.Newer;
        var answer = await SendOnceAsync(method, version, rest(version), body, cancellationToken);
        // Until the app itself was seen in this version, "not found" may mean the route: an older server, another, or one that is closed.
        if (IsAboutRoute(answer) && version != _version)
        {
            answer.Dispose();
            version = await FindVersionAsync(cancellationToken);
            answer = await SendOnceAsync(method, version, rest(version), body, cancellationToken);
        }
        if (answer.IsSuccess)
        {
            _version ??= version;
            return answer;
        }
        if (answer.Status == HttpStatusCode.NotFound && answer.JsonOrNone().NumberOf("code") == 5) return answer;
        using (answer) throw Failure(method, answer);
    }

    /// <summary>The app, as the server describes it.</summary>
    public async ValueTask<(string Version, long? Secrets)> AppAsync(CancellationToken cancellationToken)
    {
        var version = await FindVersionAsync(cancellationToken);
        using var answer = await SendOnceAsync(HttpMethod.Get, version, "", body: null, cancellationToken);
        if (!answer.IsSuccess) throw Failure(HttpMethod.Get, answer);
        return (version, answer.Json().Member("app").NumberOf("secret_count"));
    }

    public void Dispose()
    {
        _token.Dispose();
        _http.Dispose();
    }

    /// <summary>Asks for the app in each version that may be there. Only an answer about the app counts; one about the route does not.</summary>
    private async ValueTask<string> FindVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known) return known;
        string[] candidates = _connection.ApiVersion is { } fixedVersion ? [fixedVersion] : [HcpConnection.Newer, HcpConnection.Older];
        foreach (var version in candidates)
        {
            using var answer = await SendOnceAsync(HttpMethod.Get, version, "", body: null, cancellationToken);
            if (answer.IsSuccess) return _version = version;
            if (!IsAboutRoute(answer)) throw Failure(HttpMethod.Get, answer);
        }
        throw new SecretException(
            SecretErrorKind.Unreachable, $"is answered by {_connection.Address.Authority}, and no HCP Vault Secrets is there",
            help: _connection.IsPublic ? HcpConnection.Closed : "check address and api-version");
    }

    private static bool IsAboutRoute(HttpAnswer answer) => answer.Status is HttpStatusCode.NotFound or HttpStatusCode.NotImplemented or HttpStatusCode.Gone;

    private async ValueTask<HttpAnswer> SendOnceAsync(HttpMethod method, string version, string rest, Func<HttpContent>? body, CancellationToken cancellationToken)
    {
        var address = _connection.AppAddress(version, rest);
        var credential = await _token.GetAsync(cancellationToken);
        var answer = await SendAsync(credential);
        if (answer.Status != HttpStatusCode.Unauthorized || credential.RenewAt is null) return answer;

        // The token was taken back before its time; one new login, and its answer counts.
        answer.Dispose();
        _token.Refuse(credential);
        return await SendAsync(await _token.GetAsync(cancellationToken));

        ValueTask<HttpAnswer> SendAsync(Credential with)
        {
            var request = new HttpRequestMessage(method, address) { Content = body?.Invoke() };
            request.Authorize("Bearer ", Encoding.Latin1.GetString(with.Token.Reveal()));
            return CallAsync(request, cancellationToken);
        }
    }

    private async ValueTask<HttpAnswer> CallAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (SecretException e) when (_connection.IsPublic)
        {
            throw new SecretException(e.Kind, e.Reason, help: HcpConnection.Closed, inner: e);
        }
    }

    private async ValueTask<Credential> LoginAsync(CancellationToken cancellationToken)
    {
        using var secret = _connection.ClientSecret();
        if (_connection.ClientId is null || secret is null)
        {
            return new Credential(
                _connection.Token() ?? throw new SecretException(
                    SecretErrorKind.Denied, "needs a credential, and none is set", help: "set HCP_CLIENT_ID and HCP_CLIENT_SECRET, or HCP_API_TOKEN"),
                RenewAt: null);
        }
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_connection.AuthenticationAddress, "/oauth2/token")) { Content = LoginForm(_connection.ClientId, secret) };
        using var answer = await CallAsync(request, cancellationToken);
        if (answer.Status == HttpStatusCode.TooManyRequests || (int)answer.Status >= 500) throw Failure(HttpMethod.Get, answer);
        if (!answer.IsSuccess)
        {
            throw new SecretException(
                SecretErrorKind.Denied, $"needs a token, and {_connection.AuthenticationAddress.Host} refused the client (status {(int)answer.Status})",
                help: _connection.IsPublic ? HcpConnection.Closed : "check HCP_CLIENT_ID and HCP_CLIENT_SECRET");
        }
        var json = answer.Json();
        var token = json.SecretOf("access_token") ?? throw new SecretException(SecretErrorKind.Malformed, "logged in and got no token");
        var seconds = json.NumberOf("expires_in") ?? 3600;
        return new Credential(token, _connection.Time.GetUtcNow() + TimeSpan.FromSeconds(Math.Max(seconds, 0) * 2.0 / 3));
    }

    private static JsonBody LoginForm(string clientId, SecretValue secret)
    {
        var form = new SecretBuffer(512);
        form.Write("grant_type=client_credentials&audience="u8);
        form.Write(Encoding.ASCII.GetBytes(Uri.EscapeDataString(HcpConnection.Audience)));
        form.Write("&client_id="u8);
        form.Write(Encoding.ASCII.GetBytes(Uri.EscapeDataString(clientId)));
        form.Write("&client_secret="u8);
        foreach (var b in secret.Reveal())
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~') form.Append(b);
            else form.Write([(byte)'%', (byte)"0123456789ABCDEF"[b >> 4], (byte)"0123456789ABCDEF"[b & 15]]);
        }
        return JsonBody.Of(form, "application/x-www-form-urlencoded");
    }

    /// <summary>The failure that a refusal means, by status and gRPC code. The vendor's text is not repeated.</summary>
    private SecretException Failure(HttpMethod method, HttpAnswer answer)
    {
        var status = (int)answer.Status;
        var code = answer.JsonOrNone() is { ValueKind: JsonValueKind.Object } json ? json.NumberOf("code") : null;
        var (kind, reason) = (status, code) switch
        {
            // A quota, which no waiting cures, has the code of "too many". Reading adds nothing that a quota could be about.
            (429, 8) when method != HttpMethod.Get && answer.RetryAfter is null => (SecretErrorKind.StorageFull, "is over a quota of the service"),
            (429, _) => (SecretErrorKind.Throttled, "was sent too often"),
            (401, _) or (_, 16) => (SecretErrorKind.Denied, "was asked with a token that is expired or unknown"),
            (403, _) or (_, 7) => (SecretErrorKind.Denied, "is refused, or the app is not there"),
            (404, 5) => (SecretErrorKind.NotFound, "is not there"),
            (409, _) or (_, 6 or 10) => (SecretErrorKind.Conflict, "is there already, or is being changed"),
            (501, _) or (_, 12) => (SecretErrorKind.Unsupported, "is not possible with this version of the API"),
            (410, _) => (SecretErrorKind.Unreachable, "is served no longer"),
            (408 or 504, _) => (SecretErrorKind.Unreachable, "got no answer in time from the service"),
            ( >= 500, _) => (SecretErrorKind.Unreachable, $"failed in the service with status {status}"),
            (400 or 413 or 422, _) => (SecretErrorKind.InvalidInput, "is not taken by the service"),
            _ => (SecretErrorKind.Malformed, $"was answered with status {status}"),
        };
        return new SecretException(kind, reason, help: Help(kind), retryAfter: answer.RetryAfter);
    }

    private string? Help(SecretErrorKind kind) => kind switch
    {
        SecretErrorKind.Denied or SecretErrorKind.Unreachable when _connection.IsPublic => HcpConnection.Closed,
        SecretErrorKind.StorageFull => "delete old versions or secrets, or raise the tier",
        SecretErrorKind.Denied => "check the credential, the app's name, and the role of the client on it",
        _ => null,
    };
}
