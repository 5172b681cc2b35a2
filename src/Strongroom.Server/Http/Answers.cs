using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Http;

/// <summary>How the answers of the vault look over HTTP.</summary>
internal static class Answers
{
    // What stands around the data of most answers.
    private const int EnvelopeLength = 256;

    public static async Task WriteAsync(HttpContext context, VaultRequest request, VaultResponse response, CancellationToken cancellationToken)
    {
        var http = context.Response;
        http.StatusCode = Status(response);
        foreach (var (name, value) in response.Headers) http.Headers[name] = value;
        if (http.StatusCode == StatusCodes.Status204NoContent) return;
        http.ContentType = response.BareContentType ?? "application/json";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        if (response.Stream is { } stream)
        {
            await stream.WriteAsync(http.BodyWriter, cancellationToken);
            return;
        }
        if (response.BareContentType is not null)
        {
            http.ContentLength = response.Data.Length;
            await http.BodyWriter.WriteAsync(response.Data);
            return;
        }
        // With its length known the answer goes out in one piece.
        using var envelope = new SecretBuffer(response.Data.Length + EnvelopeLength);
        Envelope.Write(envelope, request, response);
        http.ContentLength = envelope.Length;
        await http.BodyWriter.WriteAsync(envelope.WrittenMemory);
    }

    private static int Status(VaultResponse response) => response.StatusCode != 0 ? response.StatusCode : response.Status switch
    {
        VaultStatus.Done when response.Warnings.Count == 0 => StatusCodes.Status204NoContent,
        VaultStatus.Unreadable or VaultStatus.NotFound => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status200OK,
    };
}
