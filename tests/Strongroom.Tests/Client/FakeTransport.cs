using System.Net;
using System.Text;

namespace Strongroom.Tests.Client;

/// <summary>Answers what it was told to, in order, and keeps what was asked.</summary>
internal sealed class FakeTransport(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    private int _next;

    public List<(string Method, string Address, Dictionary<string, string> Headers, string? Body)> Asked { get; } = [];

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "", string? location = null, int? retryAfter = null)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (location is not null) response.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
        if (retryAfter is { } seconds) response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        Asked.Add((request.Method.Method, request.RequestUri!.AbsoluteUri, request.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value)), body));
        var response = answers[Math.Min(_next++, answers.Length - 1)](request);
        response.RequestMessage = request;
        return response;
    }
}
