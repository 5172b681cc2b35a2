using System.Net.Http.Headers;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.PulumiEsc;

/// <summary>Sends requests to Pulumi ESC and tells failures apart by their status.</summary>
/// <param name="settings">The clock, the variables and the transport.</param>
/// <param name="server">Address of the service.</param>
/// <param name="variable">The variable with the access token.</param>
internal sealed class EscApi(BackendSettings settings, Uri server, string variable) : IDisposable
{
    private static readonly MediaTypeWithQualityHeaderValue Accepted = new("application/vnd.pulumi+8");

    private readonly HttpCaller _http = new(settings.Transport, settings.Time);

    /// <summary>Sends a request to a path below <c>/api/esc/</c>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="body">The body; disposed with the request.</param>
    /// <param name="tag">The state of the definition that a change must replace.</param>
    public ValueTask<HttpAnswer> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken, HttpContent? body = null, string? tag = null)
    {
        var request = new HttpRequestMessage(method, $"{server.AbsoluteUri.TrimEnd('/')}/api/esc/{path}") { Content = body };
        request.Headers.Accept.Add(Accepted);
        request.Authorize("token ", Token());
        // The service wants this header, which elsewhere only answers have, and not If-Match.
        if (tag is not null) request.Headers.TryAddWithoutValidation("ETag", tag);
        return _http.SendAsync(request, cancellationToken);
    }

    /// <summary>The error table. What the service says is not repeated: it may quote the definition.</summary>
    public static SecretException Fault(HttpAnswer answer) => (int)answer.Status switch
    {
        400 or 413 or 422 => new(SecretErrorKind.InvalidInput, "was refused: the environment cannot be evaluated, or the change is not valid", help: "esc env edit shows where the definition is wrong"),
        401 => new(SecretErrorKind.Denied, "the access token is not valid", help: "make another at app.pulumi.com/account/tokens"),
        403 => new(SecretErrorKind.Denied, "denied", help: "the token needs the right to open the environment, and to write it for changes"),
        404 => new(SecretErrorKind.NotFound, "is not there"),
        409 => new(SecretErrorKind.Conflict, "somebody else changed the environment in the meantime"),
        429 => new(SecretErrorKind.Throttled, "Pulumi asks to slow down", retryAfter: answer.RetryAfter),
        408 or >= 500 => new(SecretErrorKind.Unreachable, $"Pulumi answers with status {(int)answer.Status}", retryAfter: answer.RetryAfter),
        var status => new(SecretErrorKind.Malformed, $"was answered with status {status}"),
    };

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private string Token() => settings.Variable(variable)?.Trim() ?? throw new SecretException(
        SecretErrorKind.Denied, "there is no access token", help: $"set {variable}, or log in with pulumi login and pass the token on");
}
