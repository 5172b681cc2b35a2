using System.Net.Sockets;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>Sends entries where each is one message.</summary>
internal static class Datagrams
{
    /// <summary>Sends each line as a datagram. Throws InvalidInput after all others are sent when one was too long.</summary>
    public static async ValueTask SendLinesAsync(Socket socket, ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        var tooLong = 0;
        for (var rest = entries; !rest.IsEmpty;)
        {
            var length = rest.Span.IndexOf((byte)'\n') + 1;
            if (!await TrySendAsync(socket, rest[..length], cancellationToken)) tooLong++;
            rest = rest[length..];
        }
        if (tooLong > 0) throw TooLong(tooLong);
    }

    /// <summary>Sends one message; false when it is longer than the transport takes.</summary>
    public static async ValueTask<bool> TrySendAsync(Socket socket, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(message, cancellationToken);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            return false;
        }
    }

    public static SecretException TooLong(int count) => new(SecretErrorKind.InvalidInput, $"{count} audit entries are too long for a datagram", operation: "audit");
}
