using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// The system log of this machine, one message each entry, by the datagram socket <c>/dev/log</c> (RFC 3164): <c>facility</c> (AUTH) and
/// <c>tag</c> (vault), <c>address</c> for a socket that lies elsewhere. Severity is informational.
/// </summary>
internal sealed class SyslogOutput : AuditOutput
{
    public static readonly string[] Options = ["facility", "tag", "address"];

    private const int Informational = 6;

    /// <summary>In the order of their numbers; the gap between 11 and 16 belongs to systems that are no more.</summary>
    private static readonly string[] Facilities =
    [
        "KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP", "", "", "", "",
        "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7",
    ];

    private readonly UnixDomainSocketEndPoint _address;
    private readonly string _tag;
    private readonly int _priority;
    private readonly TimeProvider _time;
    private Socket? _socket;

    public SyslogOutput(AuditDeviceOptions options, TimeProvider time)
    {
        _time = time;
        _address = new UnixDomainSocketEndPoint(options.Text("address") ?? "/dev/log");
        _tag = options.Text("tag") ?? "vault";
        if (_tag.Length > 32 || _tag.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            throw RequestFields.Invalid("tag is up to 32 letters, digits, '-', '_' and '.'");
        var name = options.Text("facility") ?? "AUTH";
        var facility = Array.FindIndex(Facilities, known => known.Length > 0 && string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
        if (facility < 0) throw RequestFields.Invalid($"invalid syslog facility: {name}");
        _priority = (facility * 8) + Informational;
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _socket?.Dispose();
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await _socket.ConnectAsync(_address, cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        if (_socket is null) await OpenAsync(cancellationToken);
        try
        {
            await SendAsync(_socket!, entries, cancellationToken);
        }
        catch (SocketException)
        {
            // The system log was started anew since the last entry.
            await OpenAsync(cancellationToken);
            await SendAsync(_socket!, entries, cancellationToken);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return default;
    }

    private async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        // Local time in English, the day padded by a space: what RFC 3164 asks for.
        var now = _time.GetLocalNow();
        var head = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"<{_priority}>{now:MMM} {now.Day,2} {now:HH:mm:ss} {_tag}[{Environment.ProcessId}]: "));
        using var message = new SecretBuffer(4096);
        var tooLong = 0;
        for (var rest = entries; !rest.IsEmpty;)
        {
            var length = rest.Span.IndexOf((byte)'\n');
            message.Clear();
            message.Write(head);
            message.Write(rest.Span[..length]);
            if (!await Datagrams.TrySendAsync(socket, message.WrittenMemory, cancellationToken)) tooLong++;
            rest = rest[(length + 1)..];
        }
        if (tooLong > 0) throw Datagrams.TooLong(tooLong);
    }
}
