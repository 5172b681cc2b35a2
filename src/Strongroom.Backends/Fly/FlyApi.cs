using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Fly;

/// <summary>
/// Sends requests to the Machines API of Fly.io: at most one a second of each kind with bursts of three, as Fly permits, and with the token
/// in the form that it needs.
/// </summary>
internal sealed class FlyApi : IDisposable
{
    private readonly BackendSettings _settings;
    private readonly Uri _server;
    private readonly string _variable;
    private readonly HttpCaller _http;
    private readonly CallRate _reads;
    private readonly CallRate _changes;
    private readonly CallRate _machines;

    /// <param name="settings">The clock, the variables and the transport.</param>
    /// <param name="server">Address of the API.</param>
    /// <param name="variable">The variable with the token.</param>
    public FlyApi(BackendSettings settings, Uri server, string variable)
    {
        (_settings, _server, _variable) = (settings, server, variable);
        _http = new HttpCaller(settings.Transport, settings.Time);
        (_reads, _changes, _machines) = (Rate(), Rate(), Rate());

        CallRate Rate() => new(callsPerSecond: 1, burst: 3, settings.Time);
    }

    /// <summary>Asks about secrets or machines.</summary>
    public async ValueTask<HttpAnswer> GetAsync(string path, CancellationToken cancellationToken)
    {
        await _reads.TakeAsync(cancellationToken);
        return await SendAsync(HttpMethod.Get, path, body: null, cancellationToken);
    }

    /// <summary>Changes a secret.</summary>
    public async ValueTask<HttpAnswer> ChangeAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        await _changes.TakeAsync(cancellationToken);
        return await SendAsync(method, path, body, cancellationToken);
    }

    /// <summary>Changes a machine.</summary>
    public async ValueTask<HttpAnswer> ChangeMachineAsync(string path, HttpContent body, CancellationToken cancellationToken)
    {
        await _machines.TakeAsync(cancellationToken);
        return await SendAsync(HttpMethod.Post, path, body, cancellationToken);
    }

    /// <summary>The error table, by status.</summary>
    public static SecretException Fault(HttpAnswer answer) => (int)answer.Status switch
    {
        400 or 413 or 422 => new(SecretErrorKind.InvalidInput, $"was refused by Fly as invalid ({(int)answer.Status})"),
        401 => new(SecretErrorKind.Denied, "the token is not valid", help: "make another with fly tokens create deploy"),
        403 => new(SecretErrorKind.Denied, "denied", help: "the token must be one for this app: fly tokens create deploy"),
        404 => new(SecretErrorKind.NotFound, "is not there"),
        409 or 412 => new(SecretErrorKind.Conflict, "somebody else is changing it"),
        429 => new(SecretErrorKind.Throttled, "Fly asks to slow down", retryAfter: answer.RetryAfter),
        408 or >= 500 => new(SecretErrorKind.Unreachable, $"Fly answers with status {(int)answer.Status}", retryAfter: answer.RetryAfter),
        var status => new(SecretErrorKind.Malformed, $"was answered with status {status}"),
    };

    /// <summary>
    /// The header for a token: macaroons go under <c>FlyV1</c>, several joined by commas, all others under <c>Bearer</c>. A scheme that was
    /// copied with the token is left out first.
    /// </summary>
    public static string Authorization(string token)
    {
        token = token.Trim();
        foreach (var scheme in (ReadOnlySpan<string>)["FlyV1 ", "Bearer "])
            if (token.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) token = token[scheme.Length..].Trim();
        foreach (var part in token.AsSpan().Split(','))
        {
            var one = token.AsSpan(part).Trim();
            if (one.StartsWith("fm1r_") || one.StartsWith("fm1a_") || one.StartsWith("fm2_")) return "FlyV1 " + token;
        }
        return "Bearer " + token;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private ValueTask<HttpAnswer> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        var token = _settings.Variable(_variable)
            ?? throw new SecretException(SecretErrorKind.Denied, "there is no token", help: $"set {_variable}: fly tokens create deploy makes one for the app");
        var request = new HttpRequestMessage(method, $"{_server.AbsoluteUri.TrimEnd('/')}/v1/{path}") { Content = body };
        request.Authorize("", Authorization(token));
        return _http.SendAsync(request, cancellationToken);
    }
}
