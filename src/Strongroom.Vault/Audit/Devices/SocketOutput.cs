using System.Net.Sockets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// A socket: <c>address</c> (<c>host:port</c>, or a path for unix) and <c>socket_type</c> (<c>tcp</c>, <c>udp</c>, <c>unix</c>,
/// <c>unixgram</c>). Connects when there is something to write, and once more when a connection turns out to be dead.
/// </summary>
internal sealed class SocketOutput : AuditOutput
{
    public static readonly string[] Options = ["address", "socket_type"];

    private readonly SocketAddress _address;
    private Socket? _socket;

    public SocketOutput(AuditDeviceOptions options) =>
        _address = SocketAddress.Parse(options.Text("socket_type") ?? "tcp", options.Require("address"));

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        Close();
        _socket = await _address.ConnectAsync(cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        if (_socket is not null)
        {
            try
            {
                await SendAsync(_socket, entries, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                // The other side went away since the last entry.
            }
        }
        await OpenAsync(cancellationToken);
        try
        {
            await SendAsync(_socket!, entries, cancellationToken);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public override ValueTask DisposeAsync()
    {
        Close();
        return default;
    }

    private ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> entries, CancellationToken cancellationToken) =>
        _address.IsDatagram ? Datagrams.SendLinesAsync(socket, entries, cancellationToken) : SendAllAsync(socket, entries, cancellationToken);

    private static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        while (!rest.IsEmpty) rest = rest[await socket.SendAsync(rest, cancellationToken)..];
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <summary>Where a socket goes.</summary>
    /// <param name="Type">The word of <c>socket_type</c>.</param>
    /// <param name="Host">Host, or path of a unix socket.</param>
    /// <param name="Port">Port; 0 for a unix socket.</param>
    private sealed record SocketAddress(string Type, string Host, int Port)
    {
        public bool IsDatagram => Type is "udp" or "unixgram";

        public static SocketAddress Parse(string type, string address)
        {
            if (type is "unix" or "unixgram") return new SocketAddress(type, address, 0);
            if (type is not ("tcp" or "udp")) throw RequestFields.Invalid($"unknown socket_type \"{type}\"; there are: tcp, udp, unix, unixgram");
            if (!Uri.TryCreate($"{type}://{address}", UriKind.Absolute, out var uri) || uri.Port <= 0 || uri.PathAndQuery is not ("/" or ""))
                throw RequestFields.Invalid("address is not host:port");
            return new SocketAddress(type, uri.DnsSafeHost, uri.Port);
        }

        public async ValueTask<Socket> ConnectAsync(CancellationToken cancellationToken)
        {
            var socket = Type switch
            {
                "tcp" => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
                "udp" => new Socket(SocketType.Dgram, ProtocolType.Udp),
                "unix" => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
                _ => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified),
            };
            try
            {
                if (Port == 0) await socket.ConnectAsync(new UnixDomainSocketEndPoint(Host), cancellationToken);
                else await socket.ConnectAsync(Host, Port, cancellationToken);
                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
