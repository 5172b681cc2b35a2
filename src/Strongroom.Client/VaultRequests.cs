using System.Net.Http.Headers;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>How a call looks over HTTP.</summary>
internal static class VaultRequests
{
    /// <summary>The address of a call.</summary>
    public static Uri AddressOf(VaultClientOptions options, VaultCall call)
    {
        var text = new StringBuilder(options.Address.Scheme == "unix" ? "http://localhost" : options.Address.AbsoluteUri.TrimEnd('/')).Append("/v1/");
        var segments = call.Path.TrimStart('/').Split('/');
        for (var i = 0; i < segments.Length; i++) text.Append(i == 0 ? "" : "/").Append(Uri.EscapeDataString(segments[i]));
        var separator = '?';
        foreach (var (name, value) in call.Query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        if (call.Method == VaultCall.List) text.Append(separator).Append("list=true");
        return new Uri(text.ToString());
    }

    public static HttpRequestMessage Create(VaultClientOptions options, VaultCall call, Uri address)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method == VaultCall.List ? "GET" : call.Method), address);
        var headers = request.Headers;
        headers.TryAddWithoutValidation("X-Vault-Request", "true");
        if (!call.IsAnonymous && (call.Token ?? options.Token) is { } token) Add("X-Vault-Token", token.RevealText());
        if (options.Namespace is { Length: > 0 } name) Add("X-Vault-Namespace", name);
        if ((call.WrapTtl ?? options.WrapTtl) is { Length: > 0 } wrap) Add("X-Vault-Wrap-TTL", wrap);
        foreach (var (header, value) in options.Headers) Add(header, value);
        // The name to prove goes with the host: the handler takes it from there.
        if (options.Tls.ServerName is { } server) headers.Host = server;
        request.Content = ContentOf(call);
        return request;

        void Add(string header, string value)
        {
            // A line break would begin another header, and no server takes what is not ASCII.
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                request.Dispose();
                throw new SecretException(SecretErrorKind.InvalidInput, $"the header {header} would hold characters that cannot be sent", help: "was it copied with a line break, or cut? give it anew");
            }
            headers.TryAddWithoutValidation(header, value);
        }
    }

    private static HttpContent? ContentOf(VaultCall call)
    {
        HttpContent? content = call.BodyStream is { } stream ? new StreamContent(stream) : call.Body.IsEmpty ? null : new ReadOnlyMemoryContent(call.Body);
        if (content is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
        return content;
    }
}
