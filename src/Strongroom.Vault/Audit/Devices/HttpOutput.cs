using System.Net.Http.Headers;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// A collector reached by HTTP: what waits is sent in one POST of JSON lines (<c>application/x-ndjson</c>). <c>address</c> is its URL and
/// <c>authorization</c> the header to send with it. Any status 2xx means taken. Redirects are not followed: they could lead anywhere.
/// </summary>
internal sealed class HttpOutput : AuditOutput
{
    public static readonly string[] Options = ["address", "authorization"];

    private readonly Uri _address;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    public HttpOutput(AuditDeviceOptions options)
    {
        if (!Uri.TryCreate(options.Require("address"), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw RequestFields.Invalid("address is not a URL of http or https");
        _address = address;
        if (options.Text("authorization") is { } text && !AuthenticationHeaderValue.TryParse(text, out _authorization))
            throw RequestFields.Invalid("authorization is not a header such as Bearer and a token");
    }

    /// <summary>Connections are made by the first write.</summary>
    public override ValueTask OpenAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(entries);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = content };
        request.Headers.Authorization = _authorization;
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException("the collector refused the entries", inner: null, response.StatusCode);
    }

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}
