using System.Net;
using System.Net.Sockets;

namespace Strongroom.Client;

/// <summary>The connections of a client.</summary>
internal static class VaultTransport
{
    /// <param name="options">Where to connect.</param>
    /// <param name="verdict">Gets to know when the server's certificate is refused.</param>
    public static SocketsHttpHandler Create(VaultClientOptions options, CertificateVerdict verdict)
    {
        var handler = new SocketsHttpHandler
        {
            // Redirects are followed by the client, which knows where the token may go.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            SslOptions = options.Address.Scheme == Uri.UriSchemeHttps ? options.Tls.ToOptions(verdict) : new(),
        };
        if (options.Address.Scheme == "unix")
        {
            var socket = new UnixDomainSocketEndPoint(options.Address.AbsolutePath);
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(socket, cancellationToken);
            handler.UseProxy = false;
        }
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint end, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(end, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
