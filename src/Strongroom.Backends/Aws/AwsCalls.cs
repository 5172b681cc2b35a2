using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strongroom.Backends.Aws.Access;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Aws;

/// <summary>
/// Calls to AWS: JSON 1.1 to Secrets Manager, signed with Signature Version 4. Credentials that ran out are got anew once, and a clock that
/// is off is corrected once by the clock of the service.
/// </summary>
internal sealed class AwsCalls(AwsOptions options, HttpCaller http, CredentialKeeper credentials, TimeProvider time)
{
    // How far this machine's clock is behind the service's; a signature is good for minutes only.
    private TimeSpan _skew;

    /// <summary>Calls one operation of Secrets Manager; the caller disposes the answer, which is a success.</summary>
    /// <exception cref="SecretException">Why it failed, by <see cref="Errors"/>.</exception>
    public async ValueTask<HttpAnswer> CallAsync<T>(string operation, T state, Action<Utf8JsonWriter, T> members, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var credential = (AwsCredential)await credentials.GetAsync(cancellationToken);
            var answer = await SendAsync(operation, state, members, credential, cancellationToken);
            if (answer.IsSuccess) return answer;
            using (answer)
            {
                var code = ErrorCode(answer);
                if (attempt > 0 || !CanRepair(code, credential, answer)) throw Failure(operation, code, answer);
            }
        }
    }

    /// <summary>Signs a request by Signature Version 4, over every header that it has now.</summary>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsCredential credential, string region, string service, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", stamp);
        if (credential.SessionToken is { } session) request.Authorize("", session.RevealText(), "X-Amz-Security-Token");
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = request.RequestUri!.Authority };
        foreach (var (name, values) in request.Headers.NonValidated) signed[name.ToLowerInvariant()] = values.ToString().Trim();
        if (request.Content?.Headers.ContentType is { } type) signed["content-type"] = type.ToString();
        var names = string.Join(';', signed.Keys);

        var canonical = new StringBuilder().Append(request.Method.Method).Append('\n').Append(request.RequestUri.AbsolutePath).Append('\n').Append('\n');
        foreach (var (name, value) in signed) canonical.Append(name).Append(':').Append(value).Append('\n');
        canonical.Append('\n').Append(names).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));
        var scope = $"{stamp.AsSpan(0, 8)}/{region}/{service}/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";

        Span<byte> key = stackalloc byte[32];
        using (var start = new SecretBuffer())
        {
            start.Write("AWS4"u8);
            start.Write(credential.Token.Reveal());
            HMACSHA256.HashData(start.Written, Encoding.ASCII.GetBytes(stamp[..8]), key);
        }
        foreach (var part in (ReadOnlySpan<string>)[region, service, "aws4_request"]) HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part), key);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        CryptographicOperations.ZeroMemory(key);
        request.Authorize(
            "AWS4-HMAC-SHA256 ", $"Credential={credential.KeyId}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>What the codes of Secrets Manager and STS mean. Statuses say nothing: nearly everything is 400.</summary>
    public static (string Code, SecretErrorKind Kind)[] Errors() =>
    [
        ("ResourceNotFoundException", SecretErrorKind.NotFound),
        ("InvalidRequestException", SecretErrorKind.Unreadable),
        ("DecryptionFailure", SecretErrorKind.Unreadable),
        ("AccessDeniedException", SecretErrorKind.Denied),
        ("AccessDenied", SecretErrorKind.Denied),
        ("EncryptionFailure", SecretErrorKind.Denied),
        ("ExpiredTokenException", SecretErrorKind.Denied),
        ("ExpiredToken", SecretErrorKind.Denied),
        ("IncompleteSignatureException", SecretErrorKind.Denied),
        ("InvalidClientTokenId", SecretErrorKind.Denied),
        ("InvalidIdentityToken", SecretErrorKind.Denied),
        ("InvalidSignatureException", SecretErrorKind.Denied),
        ("MissingAuthenticationTokenException", SecretErrorKind.Denied),
        ("NotAuthorized", SecretErrorKind.Denied),
        ("OptInRequired", SecretErrorKind.Denied),
        ("RegionDisabledException", SecretErrorKind.Denied),
        ("RequestExpired", SecretErrorKind.Denied),
        ("SignatureDoesNotMatch", SecretErrorKind.Denied),
        ("UnrecognizedClientException", SecretErrorKind.Denied),
        ("ResourceExistsException", SecretErrorKind.Conflict),
        ("PreconditionNotMetException", SecretErrorKind.Conflict),
        ("LimitExceededException", SecretErrorKind.StorageFull),
        ("InvalidParameterException", SecretErrorKind.InvalidInput),
        ("InvalidNextTokenException", SecretErrorKind.InvalidInput),
        ("ValidationException", SecretErrorKind.InvalidInput),
        ("ValidationError", SecretErrorKind.InvalidInput),
        ("Throttling", SecretErrorKind.Throttled),
        ("ThrottlingException", SecretErrorKind.Throttled),
        ("TooManyRequestsException", SecretErrorKind.Throttled),
        ("RequestLimitExceeded", SecretErrorKind.Throttled),
        ("RequestThrottled", SecretErrorKind.Throttled),
        ("RequestThrottledException", SecretErrorKind.Throttled),
        ("ThrottledException", SecretErrorKind.Throttled),
        ("SlowDown", SecretErrorKind.Throttled),
        ("IDPCommunicationError", SecretErrorKind.Unreachable),
        ("InternalError", SecretErrorKind.Unreachable),
        ("InternalFailure", SecretErrorKind.Unreachable),
        ("InternalServiceError", SecretErrorKind.Unreachable),
        ("RequestTimeout", SecretErrorKind.Unreachable),
        ("RequestTimeoutException", SecretErrorKind.Unreachable),
        ("ServiceUnavailable", SecretErrorKind.Unreachable),
        ("ServiceUnavailableException", SecretErrorKind.Unreachable),
    ];

    /// <summary>The failure that a code means, for <paramref name="operation"/> as AWS names it.</summary>
    public static SecretException Failure(string operation, string code, HttpAnswer? answer = null)
    {
        var kind = KindOf(code, (int?)answer?.Status ?? 400);
        var (reason, help) = (code, kind) switch
        {
            ("InvalidRequestException", _) => ("is there but cannot be used: it is scheduled for deletion, or not in a state for that", "restore it with `aws secretsmanager restore-secret`, or wait until it is gone"),
            ("DecryptionFailure", _) => ("is there, but its KMS key does not open it", "the identity needs kms:Decrypt on that key, and the key must be enabled"),
            ("EncryptionFailure", _) => ("cannot be encrypted with its KMS key", "the identity needs kms:GenerateDataKey on that key, and the key must be enabled"),
            ("AccessDeniedException" or "AccessDenied", _) => ("is denied", $"the identity needs {(operation.Contains(':') ? operation : "secretsmanager:" + operation)}"),
            ("LimitExceededException", _) => ("is refused: a quota of Secrets Manager is used up", "versions of the last 24 hours are never removed; write less often"),
            (_, SecretErrorKind.NotFound) => ("is not there", null),
            (_, SecretErrorKind.Denied) => ($"is denied: the credentials are refused ({VendorErrors.Shown(code)})", "see `strongroom doctor`"),
            (_, SecretErrorKind.Conflict) => ("is there already, or was changed meanwhile", null),
            (_, SecretErrorKind.Throttled) => ("is asked for too often", null),
            _ => ($"was answered with {VendorErrors.Shown(code)}", (string?)null),
        };
        return new SecretException(kind, reason, help: help, retryAfter: answer?.RetryAfter);
    }

    /// <summary>The code of an error, without the namespace and address that may stand around it; "" when the answer names none.</summary>
    public static string ErrorCode(HttpAnswer answer) => Bare(answer.JsonOrNone().TextOf("__type") ?? answer.Header("x-amzn-ErrorType") ?? "");

    /// <summary>How the kind of an error is chosen: by its code, and only without one by the status.</summary>
    public static SecretErrorKind KindOf(string code, int status) => VendorErrors.KindOf(Errors(), code, status);

    private async ValueTask<HttpAnswer> SendAsync<T>(
        string operation, T state, Action<Utf8JsonWriter, T> members, AwsCredential credential, CancellationToken cancellationToken)
    {
        var (address, region) = (await options.EndpointAsync(), await options.RegionAsync());
        var body = JsonBody.Object(state, members, "application/x-amz-json-1.1");
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = body };
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "secretsmanager." + operation);
        Sign(request, body.Bytes, credential, region, "secretsmanager", time.GetUtcNow() + _skew);
        return await http.SendAsync(request, cancellationToken);
    }

    private bool CanRepair(string code, AwsCredential credential, HttpAnswer answer)
    {
        if (code is "ExpiredTokenException" or "ExpiredToken" or "UnrecognizedClientException" or "InvalidClientTokenId")
        {
            credentials.Refuse(credential);
            return credential.IsRenewable;
        }
        if (code is not ("InvalidSignatureException" or "RequestExpired" or "SignatureDoesNotMatch")) return false;
        if (!DateTimeOffset.TryParse(answer.Header("Date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var theirs)) return false;
        var skew = theirs - time.GetUtcNow();
        var isNews = (skew - _skew).Duration() > TimeSpan.FromMinutes(1);
        if (isNews) _skew = skew;
        return isNews;
    }

    private static string Bare(string code)
    {
        var hash = code.LastIndexOf('#');
        if (hash >= 0) code = code[(hash + 1)..];
        var colon = code.IndexOf(':');
        return colon >= 0 ? code[..colon] : code;
    }
}
