using System.Net;
using System.Net.Http.Headers;
using Strongroom.Backends.Http;
using Strongroom.Backends.Kubernetes.Access;
using Strongroom.Secrets;

namespace Strongroom.Backends.Kubernetes;

/// <summary>Sends requests to one cluster and tells failures apart by the <c>reason</c> that it gives.</summary>
internal sealed class KubernetesApi(BackendSettings settings, KubernetesPlace place) : IDisposable
{
    private readonly Lock _lock = new();
    private ClusterAccess? _access;
    private HttpCaller? _http;
    private CredentialKeeper? _plugin;

    /// <summary>The access; read from its files at the first use.</summary>
    public ClusterAccess Access
    {
        get
        {
            lock (_lock)
            {
                if (_access is not null) return _access;
                var access = place.Open();
                _http = new HttpCaller(settings.Transport ?? access.NewTransport, settings.Time);
                if (access.Plugin is not null) _plugin = new CredentialKeeper((_, token) => RunPluginAsync(access, token), settings.Time);
                return _access = access;
            }
        }
    }

    /// <summary>Sends a request; a credential of a plugin that the server refuses is got anew once.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query, from the root.</param>
    /// <param name="body">Makes the body; called for each attempt.</param>
    /// <param name="accept">The form of answer that is wanted.</param>
    /// <param name="firstLineOnly">For a watch: returns with its first event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<HttpAnswer> SendAsync(
        HttpMethod method, string path, Func<HttpContent>? body, CancellationToken cancellationToken, string accept = "application/json", bool firstLineOnly = false)
    {
        var access = Access;
        for (var attempt = 0; ; attempt++)
        {
            var credential = _plugin is null ? null : await _plugin.GetAsync(cancellationToken);
            var request = new HttpRequestMessage(method, new Uri(access.Server, access.Server.AbsolutePath.TrimEnd('/') + path)) { Content = body?.Invoke() };
            foreach (var form in accept.Split(',')) request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(form));
            // The name that TLS asks for and checks follows the Host header.
            request.Headers.Host = access.ServerName;
            Authorize(request, access, credential);
            var answer = await _http!.SendAsync(request, cancellationToken, firstLineOnly);
            if (answer.Status != HttpStatusCode.Unauthorized || credential is null || attempt > 0) return answer;
            answer.Dispose();
            _plugin!.Refuse(credential);
        }
    }

    /// <summary>The error table: by the <c>reason</c> of the Status object, and by the HTTP status when something else answered.</summary>
    public static SecretException Fault(HttpAnswer answer)
    {
        var status = answer.JsonOrNone();
        var reason = string.Equals(status.TextOf("kind"), "Status") ? status.TextOf("reason") : null;
        return (reason, (int)answer.Status) switch
        {
            ("Unauthorized", _) or (null, 401) => new(SecretErrorKind.Denied, "the cluster does not know the caller", help: "has the token run out? log in anew"),
            ("Forbidden", _) or (null, 403) => new(SecretErrorKind.Denied, "the cluster does not permit it", help: "the Role that is needed: strongroom doctor STORE --policy"),
            ("NotFound", _) => new(SecretErrorKind.NotFound, "is not there"),
            ("AlreadyExists" or "Conflict", _) or (null, 409) => new(SecretErrorKind.Conflict, "somebody else changed it in the meantime"),
            ("Invalid", _) => Invalid(status),
            ("BadRequest" or "RequestEntityTooLarge", _) or (null, 400 or 413) => new(SecretErrorKind.InvalidInput, $"was refused by the cluster as invalid ({(int)answer.Status})"),
            ("MethodNotAllowed" or "NotAcceptable" or "UnsupportedMediaType", _) => new(SecretErrorKind.Unsupported, $"is not possible with this cluster ({reason})"),
            ("TooManyRequests", _) or (null, 429) => new(SecretErrorKind.Throttled, "the cluster asks to slow down", retryAfter: answer.RetryAfter),
            ("Timeout" or "ServerTimeout" or "ServiceUnavailable" or "InternalError" or "Expired" or "Gone", _) or (_, >= 500) =>
                new(SecretErrorKind.Unreachable, $"the cluster answers with status {(int)answer.Status}", retryAfter: answer.RetryAfter),
            var (_, other) => new(SecretErrorKind.Malformed, $"was answered with status {other}", help: "does the address lead to a Kubernetes API server?"),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http?.Dispose();
        _plugin?.Dispose();
        _access?.Dispose();
    }

    private static SecretException Invalid(System.Text.Json.JsonElement status)
    {
        foreach (var cause in status.Member("details").ItemsOf("causes"))
        {
            switch (cause.TextOf("reason"), cause.TextOf("field"))
            {
                case ("FieldValueForbidden", "data"):
                    return new(SecretErrorKind.ReadOnly, "is immutable", help: "delete the object and write it anew");
                case ("FieldValueTooLong", _):
                    return new(SecretErrorKind.InvalidInput, "would make the object longer than the 1048576 bytes of values that Kubernetes takes");
            }
        }
        return new(SecretErrorKind.InvalidInput, "was refused by the cluster as invalid");
    }

    private static void Authorize(HttpRequestMessage request, ClusterAccess access, Credential? credential)
    {
        if (credential is { Token.Length: > 0 }) request.Authorize("Bearer ", credential.Token.RevealText());
        else if (access.TokenFile is { } file) request.Authorize("Bearer ", ClusterAccess.ReadText(file).Trim());
        else if (access.Token is { } token) request.Authorize("Bearer ", token.RevealText());
    }

    private async ValueTask<Credential> RunPluginAsync(ClusterAccess access, CancellationToken cancellationToken)
    {
        var given = await access.Plugin!.RunAsync(settings.Environment, settings.Time, cancellationToken);
        if (given.Certificate is { } certificate) access.Certificate = certificate;
        return new Credential(given.Token ?? SecretValue.FromBytes([]), given.ExpiresAt - TimeSpan.FromSeconds(30));
    }
}
