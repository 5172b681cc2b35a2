using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Server.Http;

/// <summary>How failures look over HTTP: <c>{"errors":[…]}</c> and a status (https://developer.hashicorp.com/vault/api-docs#error-response).</summary>
internal static class Errors
{
    public static Task WriteAsync(HttpContext context, SecretException error)
    {
        if (error.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return error.Kind switch
        {
            SecretErrorKind.NotFound when error.Reason.StartsWith("no handler for route", StringComparison.Ordinal) => WriteAsync(context, StatusCodes.Status404NotFound, error.Reason),
            SecretErrorKind.NotFound or SecretErrorKind.Unreadable => WriteAsync(context, StatusCodes.Status404NotFound),
            SecretErrorKind.Denied => WriteAsync(context, StatusCodes.Status403Forbidden, IsByPolicy(error) ? Multiple(error.Reason) : error.Reason),
            SecretErrorKind.InvalidInput or SecretErrorKind.Conflict => WriteAsync(context, StatusCodes.Status400BadRequest, error.Reason),
            SecretErrorKind.Unsupported => WriteAsync(context, StatusCodes.Status405MethodNotAllowed, Multiple(error.Reason)),
            SecretErrorKind.Throttled => WriteAsync(context, StatusCodes.Status429TooManyRequests, error.Reason.StartsWith("request path ", StringComparison.Ordinal) ? Multiple(error.Reason) : error.Reason),
            SecretErrorKind.Sealed => WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "Vault is sealed"),
            SecretErrorKind.StorageFull or SecretErrorKind.ReadOnly => WriteAsync(context, StatusCodes.Status507InsufficientStorage, error.Reason),
            _ => WriteAsync(context, StatusCodes.Status500InternalServerError, error.Reason),
        };
    }

    public static async Task WriteAsync(HttpContext context, int status, string? reason = null)
    {
        if (context.Response.HasStarted) return;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors"u8);
            if (reason is not null) writer.WriteStringValue(reason);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    /// <summary>Whether a good token may not do it: Vault tells that from a token that is none by the form of the text.</summary>
    public static bool IsByPolicy(SecretException error) => error is { Reason: "permission denied", Operation: not null };

    /// <summary>The form that Vault's own error lists have.</summary>
    private static string Multiple(string reason) => $"1 error occurred:\n\t* {reason}\n\n";
}
