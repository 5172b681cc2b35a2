using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Hcp;

/// <summary>Stands before a server that speaks the API of HCP Vault Secrets: what goes through is held against its description.</summary>
public sealed class HcpFront(Uri server) : FakeService(HcpContract.Create())
{
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

    protected override async ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(server, request.Target));
        if (request.Body.Length > 0) message.Content = new ByteArrayContent(request.Body);
        if (request.Header("Authorization") is { } authorization) message.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (request.Header("Content-Type") is { } type) message.Content?.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await Http.SendAsync(message, cancellationToken);
        return new FakeAnswer(
            (int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken),
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = answer.Content.Headers.ContentType?.ToString() ?? "" });
    }

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Status(429, 8).WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Status(status, 13);

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Status(401, 16);

    private static FakeAnswer Status(int status, int code) =>
        FakeAnswer.Json(status, new JsonObject { ["code"] = code, ["message"] = "failing", ["details"] = new JsonArray() });
}
