using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>
/// Gives a kind to what a backend threw without one. Neither the message nor the inner exception is kept, for either may quote
/// what the store answered, and that may be a value; the type's name is enough to find the place.
/// </summary>
internal static class BackendFaults
{
    public static SecretException ToSecretException(Exception fault) => fault switch
    {
        SecretException known => known,
        HttpRequestException { StatusCode: { } status } => OfStatus(status),
        HttpRequestException or SocketException => New(SecretErrorKind.Unreachable, "could not be reached", fault),
        TimeoutException or OperationCanceledException => New(SecretErrorKind.Unreachable, "gave no answer in time", fault),
        UnauthorizedAccessException => New(SecretErrorKind.Denied, "was refused by the operating system", fault),
        IOException io when Errno.KindOf(io) == SecretErrorKind.StorageFull => New(SecretErrorKind.StorageFull, "failed: the disk is full", fault),
        IOException io when Errno.KindOf(io) == SecretErrorKind.ReadOnly => New(SecretErrorKind.ReadOnly, "failed: the place is read-only", fault),
        IOException => New(SecretErrorKind.Unreachable, "failed while transferring data", fault),
        JsonException or FormatException or InvalidDataException or DecoderFallbackException =>
            New(SecretErrorKind.Malformed, "got an answer that cannot be understood", fault),
        ObjectDisposedException => New(SecretErrorKind.InvalidInput, "came after the store was closed", fault),
        _ => New(SecretErrorKind.Malformed, "failed in a way the backend does not know", fault),
    };

    private static SecretException OfStatus(HttpStatusCode status)
    {
        var kind = (int)status switch
        {
            400 => SecretErrorKind.InvalidInput,
            401 or 403 => SecretErrorKind.Denied,
            404 => SecretErrorKind.NotFound,
            408 => SecretErrorKind.Unreachable,
            409 or 412 => SecretErrorKind.Conflict,
            429 => SecretErrorKind.Throttled,
            >= 500 => SecretErrorKind.Unreachable,
            _ => SecretErrorKind.Malformed,
        };
        return new SecretException(kind, $"was answered with HTTP status {(int)status}");
    }

    private static SecretException New(SecretErrorKind kind, string reason, Exception fault) =>
        new(kind, $"{reason} ({fault.GetType().Name})");
}
