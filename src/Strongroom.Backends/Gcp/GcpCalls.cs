using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Gcp;

/// <summary>Calls to Secret Manager with a bearer token; one that is refused is got anew once.</summary>
internal sealed class GcpCalls(Func<CancellationToken, ValueTask<Uri>> endpoint, HttpCaller http, CredentialKeeper credentials)
{
    /// <summary>Calls a method of the API, <paramref name="path"/> from <c>v1/</c> on; the caller disposes the answer, which is a success.</summary>
    /// <exception cref="SecretException">Why it failed, by <see cref="Errors"/>.</exception>
    public async ValueTask<HttpAnswer> CallAsync(
        HttpMethod method, string path, string permission, Action<Utf8JsonWriter>? members, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var credential = await credentials.GetAsync(cancellationToken);
            var request = new HttpRequestMessage(method, new Uri(await endpoint(cancellationToken), path));
            request.Authorize("Bearer ", credential.Token.RevealText());
            if (members is not null) request.Content = JsonBody.Object(members, static (json, members) => members(json));
            var answer = await http.SendAsync(request, cancellationToken);
            if (answer.IsSuccess) return answer;
            using (answer)
            {
                var status = answer.JsonOrNone().Member("error").TextOf("status") ?? "";
                if (status is not "UNAUTHENTICATED" || attempt > 0) throw Failure(status, permission, answer);
                credentials.Refuse(credential);
            }
        }
    }

    /// <summary>What Google's codes mean. A secret that is not there and one that may not be seen can both be <c>PERMISSION_DENIED</c>.</summary>
    public static (string Code, SecretErrorKind Kind)[] Errors() =>
    [
        ("NOT_FOUND", SecretErrorKind.NotFound),
        ("FAILED_PRECONDITION", SecretErrorKind.Unreadable),
        ("PERMISSION_DENIED", SecretErrorKind.Denied),
        ("UNAUTHENTICATED", SecretErrorKind.Denied),
        ("ALREADY_EXISTS", SecretErrorKind.Conflict),
        ("ABORTED", SecretErrorKind.Conflict),
        ("INVALID_ARGUMENT", SecretErrorKind.InvalidInput),
        ("OUT_OF_RANGE", SecretErrorKind.InvalidInput),
        ("RESOURCE_EXHAUSTED", SecretErrorKind.Throttled),
        ("UNAVAILABLE", SecretErrorKind.Unreachable),
        ("DEADLINE_EXCEEDED", SecretErrorKind.Unreachable),
        ("INTERNAL", SecretErrorKind.Unreachable),
        ("CANCELLED", SecretErrorKind.Unreachable),
        ("UNKNOWN", SecretErrorKind.Unreachable),
        ("UNIMPLEMENTED", SecretErrorKind.Unsupported),
        ("DATA_LOSS", SecretErrorKind.Corrupt),
    ];

    /// <summary>How the kind of an error is chosen: by its code, and only without one by the HTTP status.</summary>
    public static SecretErrorKind KindOf(string code, int status) => VendorErrors.KindOf(Errors(), code, status);

    private static SecretException Failure(string code, string permission, HttpAnswer answer)
    {
        var kind = KindOf(code, (int)answer.Status);
        var (reason, help) = (code, kind) switch
        {
            (_, SecretErrorKind.NotFound) => ("is not there", (string?)null),
            (_, SecretErrorKind.Unreadable) => ("is there but cannot be read: that version is disabled or destroyed", "enable it, add a version, or ask for another with ?version="),
            ("UNAUTHENTICATED", _) => ("is denied: Google refuses the credentials", "see `strongroom doctor`"),
            (_, SecretErrorKind.Denied) => ("is denied, or the project or secret is not there", $"the identity needs {permission}"),
            (_, SecretErrorKind.Conflict) => ("is there already, or was changed meanwhile", null),
            (_, SecretErrorKind.Throttled) => ("is asked for too often", null),
            _ => ($"was answered with {(code.Length > 0 ? VendorErrors.Shown(code) : "HTTP status " + (int)answer.Status)}", null),
        };
        return new SecretException(kind, reason, help: help, retryAfter: answer.RetryAfter);
    }
}
