using Strongroom.Secrets;
using Strongroom.Server.Hcp;
using Strongroom.Vault.Edge;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Http;

/// <summary>
/// The HTTP edge: translates requests to the vault and its answers back, and does nothing else. Every answer under <c>/v1/</c> is made here;
/// those to clients of HCP Vault Secrets are made by its façade, behind the same limits.
/// </summary>
internal sealed partial class VaultEdge(ServedVault vault, Func<HttpContext, EdgeLimits> limitsOf, ILogger<VaultEdge> log, HcpFacade? hcp = null)
{
    private readonly BodyReader _bodies = new(vault);

    /// <summary>Answers one HTTP request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        try
        {
            var limits = limitsOf(context);
            using var deadline = new RequestDeadline(limits.RequestDurationMax, context.RequestAborted);
            await AnswerAsync(context, limits, deadline.Token);
        }
        catch (SecretException e)
        {
            await Errors.WriteAsync(context, e);
        }
        catch (BadHttpRequestException e)
        {
            // Those texts are ours or the web server's own; neither repeats what was sent.
            await Errors.WriteAsync(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "http: request body too large" : e.Message);
        }
        catch (OperationCanceledException)
        {
            if (!context.RequestAborted.IsCancellationRequested)
                await Errors.WriteAsync(context, StatusCodes.Status500InternalServerError, "context deadline exceeded");
        }
        catch (Exception e)
        {
            // The text of an unexpected exception may hold anything: it goes neither to the client nor to the log.
            LogUnexpected(log, e.GetType().Name, context.TraceIdentifier);
            await Errors.WriteAsync(context, StatusCodes.Status500InternalServerError, "internal error");
        }
    }

    private async Task AnswerAsync(HttpContext context, EdgeLimits limits, CancellationToken cancellationToken)
    {
        var http = context.Request;
        if (limits.HostNames is { } names && !OwnHost.IsNamed(context, names))
        {
            await Errors.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, OwnHost.Refusal);
            return;
        }
        var edge = vault.Edge;
        if (edge.Cors is { } cors && await CrossOrigin.AnswerAsync(context, cors)) return;
        if (hcp is not null && HcpPath.Of(context) is { } route)
        {
            await hcp.AnswerAsync(context, route, limits, _bodies, OriginOf(context, limits, edge), cancellationToken);
            return;
        }
        if (RequestReader.Operation(http) is not { } operation)
        {
            await Errors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
            return;
        }
        if (RequestReader.Namespace(http.Headers) is { } name)
        {
            await Errors.WriteAsync(context, StatusCodes.Status404NotFound, $"no namespace '{name}': there is only the root namespace here");
            return;
        }
        if (RequestReader.Path(context, operation) is not { } path)
        {
            await Errors.WriteAsync(context, StatusCodes.Status404NotFound);
            return;
        }
        if (operation == VaultOperation.Patch) RequestReader.RequireMergePatch(http);
        var origin = OriginOf(context, limits, edge);
        using var body = operation is VaultOperation.Read or VaultOperation.List or VaultOperation.Help
            ? null
            : await _bodies.ReadAsync(context, limits, origin, cancellationToken);
        var request = new VaultRequest(operation, path, body?.Memory ?? default) { Origin = origin };
        if (http.QueryString.HasValue)
        {
            request = request with
            {
                Version = RequestReader.Number(http.Query, "version"),
                Depth = RequestReader.Number(http.Query, "depth"),
                Query = http.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal),
            };
        }
        using var response = await vault.HandleAsync(request, cancellationToken);
        if (response.HandOver is { } handOver) await HandOverAsync(context, request, response, handOver);
        // What goes on has no end to be late for; it ends when the client leaves.
        else await Answers.WriteAsync(context, request, response, context.RequestAborted);
    }

    private static RequestOrigin OriginOf(HttpContext context, EdgeLimits limits, EdgeSettings edge) => new()
    {
        RequestId = RequestIds.Next(),
        Token = RequestReader.Token(context.Request.Headers),
        Address = ForwardedAddress.Of(context, limits.ForwardedFor),
        Port = context.Connection.RemotePort,
        WrapTtl = RequestReader.WrapTtl(context.Request.Headers),
        Certificate = context.Connection.ClientCertificate,
        SentCertificates = ClientChain.Of(context),
        AuditedHeaders = edge.AuditedHeaders.Count == 0 ? null : RequestReader.AuditedHeaders(context.Request.Headers, edge.AuditedHeaders),
        UserAgent = context.Request.Headers.UserAgent.ToString(),
    };

    /// <summary>Tells the vault whether an answer that must not be lost went out as a whole.</summary>
    private static async Task HandOverAsync(
        HttpContext context, VaultRequest request, VaultResponse response, Func<bool, CancellationToken, ValueTask> handOver)
    {
        var arrived = false;
        try
        {
            await Answers.WriteAsync(context, request, response, context.RequestAborted);
            await context.Response.CompleteAsync();
            arrived = !context.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            await handOver(arrived, CancellationToken.None);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A request failed unexpectedly with {Type} (request {Id}).")]
    private static partial void LogUnexpected(ILogger log, string type, string id);
}
