using System.Globalization;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Server.Http;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Hcp;

/// <summary>How failures look in this API: a gRPC code, the HTTP status that goes with it, a text, and no details.</summary>
/// <remarks>https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto</remarks>
internal static class HcpErrors
{
    public static Task WriteAsync(HttpContext context, SecretException error)
    {
        if (error.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var (status, code, text) = error.Kind switch
        {
            SecretErrorKind.NotFound or SecretErrorKind.Unreadable => (404, 5, "not found"),
            SecretErrorKind.Denied when Errors.IsByPolicy(error) => (403, 7, "permission denied"),
            SecretErrorKind.Denied => (401, 16, "unauthenticated"),
            SecretErrorKind.InvalidInput => (400, 3, error.Reason),
            SecretErrorKind.Conflict => (409, 6, error.Reason),
            SecretErrorKind.Unsupported => (501, 12, error.Reason),
            SecretErrorKind.Throttled or SecretErrorKind.StorageFull => (429, 8, error.Reason),
            SecretErrorKind.Sealed => (503, 14, "the vault is sealed"),
            SecretErrorKind.ReadOnly => (503, 14, error.Reason),
            _ => (500, 13, error.Reason),
        };
        return WriteAsync(context, status, code, text);
    }

    public static async Task WriteAsync(HttpContext context, int status, int code, string text)
    {
        if (context.Response.HasStarted) return;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer)
        {
            writer.WriteStartObject();
            writer.WriteNumber("code"u8, code);
            writer.WriteString("message"u8, text);
            writer.WriteStartArray("details"u8);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    /// <summary>The answer of the vault, unless that refused the request because there were too many. Throws Throttled then.</summary>
    public static VaultResponse RequireAdmitted(VaultResponse response)
    {
        if (response.StatusCode != StatusCodes.Status429TooManyRequests) return response;
        var wait = response.Headers.FirstOrDefault(header => header.Key == "Retry-After").Value;
        response.Dispose();
        throw new SecretException(
            SecretErrorKind.Throttled, "rate limit quota exceeded", retryAfter: int.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>An app that is not there is refused like one that may not be seen.</summary>
    public static SecretException NoApp() => new(SecretErrorKind.Denied, "permission denied", operation: "read");
}
