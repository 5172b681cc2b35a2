using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Vault;

/// <summary>
/// Stands before a server of Vault's API, ours or a real one: what goes through is held against Vault's description, and can meet
/// what goes wrong on the way.
/// </summary>
public sealed class VaultFront(Uri server, ApiContract contract, TimeProvider? time = null) : FakeService(contract, time)
{
    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

    protected override async ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        // A Uri made from text would undo some of the escapes; the target goes on as it came.
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(server, request.Target));
        if (request.Body.Length > 0) message.Content = new ByteArrayContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (name.StartsWith("X-Vault-", StringComparison.OrdinalIgnoreCase)) message.Headers.TryAddWithoutValidation(name, value);
            else if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        using var answer = await Http.SendAsync(message, cancellationToken);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (answer.Content.Headers.ContentType is { } type) headers["Content-Type"] = type.ToString();
        return new FakeAnswer((int)answer.StatusCode, body, headers);
    }

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) =>
        Errors(429, "request path rate limit quota exceeded").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Errors(status, status == 503 ? "Vault is sealed" : "internal error");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Errors(403, "permission denied");

    private static FakeAnswer Errors(int status, string text) => FakeAnswer.Json(status, new JsonObject { ["errors"] = new JsonArray(text) });
}
