using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Http;

/// <summary>
/// Reads the bodies of requests: each within the limits of its listener, and all that are long within what the server has room for. As a body
/// comes before anything is decided, strangers could fill the memory otherwise; they share less room, and none of that of clients with a good token.
/// </summary>
internal sealed class BodyReader(ServedVault vault)
{
    /// <summary>Room for long bodies of clients without a good token, in bytes.</summary>
    public const long StrangersMax = 64 * 1024 * 1024;

    /// <summary>Room for long bodies of clients with a good token, in bytes.</summary>
    public const long HoldersMax = 256 * 1024 * 1024;

    private readonly BodyBudget _strangers = new(StrangersMax);
    private readonly BodyBudget _holders = new(HoldersMax);

    /// <summary>The body, which the caller disposes of when the request is answered; null when there is none. Throws Throttled when there is no room.</summary>
    public async ValueTask<HeldBody?> ReadAsync(HttpContext context, EdgeLimits limits, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var length = context.Request.ContentLength;
        if (length == 0 || (length is null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)) return null;
        if (length > limits.RequestSizeMax) throw TooLarge();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limits.ReadTimeout);
        var body = new HeldBody((int)Math.Min(length ?? 4096, HeldBody.FreeLength));
        try
        {
            await FillAsync(body, context, limits, origin, timeout.Token);
            return body;
        }
        catch (Exception e)
        {
            body.Dispose();
            // What is still to come is not waited for.
            context.Response.Headers.Connection = "close";
            if (e is not OperationCanceledException || cancellationToken.IsCancellationRequested) throw;
            throw new BadHttpRequestException("the body took too long to come in", StatusCodes.Status408RequestTimeout, e);
        }
    }

    private async ValueTask FillAsync(HeldBody body, HttpContext context, EdgeLimits limits, RequestOrigin origin, CancellationToken cancellationToken)
    {
        BodyBudget? budget = null;
        var reader = context.Request.BodyReader;
        // A read that is cancelled by its token leaves the reader unusable for who answers and closes the connection.
        await using var cancelling = cancellationToken.Register(static reader => ((PipeReader)reader!).CancelPendingRead(), reader);
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            if (read.IsCanceled)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new OperationCanceledException(cancellationToken);
            }
            var length = body.Length + read.Buffer.Length;
            if (length > limits.RequestSizeMax) throw TooLarge();
            if (body.Needs(length) > 0)
            {
                budget ??= await vault.KnowsAsync(origin, cancellationToken) ? _holders : _strangers;
                // All that was announced at once: so nothing is read for nothing, or copied while it grows.
                if (!body.TryTake(budget, Math.Max(length, context.Request.ContentLength ?? 0))) throw NoRoom();
            }
            foreach (var segment in read.Buffer) body.Write(segment.Span);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private static SecretException NoRoom() => new(SecretErrorKind.Throttled, "too many long requests at once", retryAfter: TimeSpan.FromSeconds(1));

    private static BadHttpRequestException TooLarge() => new("http: request body too large", StatusCodes.Status413PayloadTooLarge);
}
