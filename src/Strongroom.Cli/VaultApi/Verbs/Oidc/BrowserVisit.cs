using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>A browser that came back: what it brought, and the page that it waits for.</summary>
internal sealed class BrowserVisit : IDisposable
{
    private const string Place = "/oidc/callback";
    private const int HeadLengthMax = 32 * 1024;
    private const int BodyLengthMax = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpClient _client;
    private readonly Dictionary<string, string> _form;

    private BrowserVisit(TcpClient client, Dictionary<string, string> form) => (_client, _form) = (client, form);

    /// <summary>A value that it brought; empty when it did not.</summary>
    public string Find(string name) => _form.GetValueOrDefault(name, "");

    /// <summary>Reads one request. Null when it is not the one that is waited for: then it is answered already.</summary>
    /// <param name="client">The connection; disposed of, with the visit or at once.</param>
    /// <param name="state">What it must bring; null is anything.</param>
    /// <param name="stop">Ends the reading.</param>
    public static async Task<BrowserVisit?> ReadAsync(TcpClient client, string? state, CancellationToken stop)
    {
        var isKept = false;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(Patience);
        try
        {
            var (method, target, body) = await ReadRequestAsync(client.GetStream(), timeout.Token);
            var path = target.Split('?', 2);
            var visit = new BrowserVisit(client, ParseForm(method == "POST" ? body : path.Length > 1 ? path[1] : ""));
            if (path[0] != Place || method is not ("GET" or "POST")) await visit.WriteAsync("404 Not Found", "There is nothing here.");
            else if (state is not null && !IsSame(state, visit.Find("state"))) await visit.WriteAsync("400 Bad Request", "This is not the login that was begun.");
            else isKept = true;
            return isKept ? visit : null;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or InvalidDataException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (!isKept) client.Dispose();
        }
    }

    /// <summary>Shows the person in the browser how it went.</summary>
    public async Task AnswerAsync(bool isLoggedIn)
    {
        try
        {
            await (isLoggedIn
                ? WriteAsync("200 OK", "You are logged in. You can close this window and go back to the terminal.")
                : WriteAsync("400 Bad Request", "The login failed. The terminal says why."));
        }
        catch (IOException)
        {
            // The browser is gone; the terminal says it, too.
        }
    }

    public static Dictionary<string, string> ParseForm(string form)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) values.TryAdd(WebUtility.UrlDecode(pair[..equals]), WebUtility.UrlDecode(pair[(equals + 1)..]));
        }
        return values;
    }

    public void Dispose() => _client.Dispose();

    private static bool IsSame(string expected, string actual) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(actual));

    /// <summary>As much of HTTP as a redirect or a posted form takes (RFC 9112).</summary>
    private static async Task<(string Method, string Target, string Body)> ReadRequestAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[HeadLengthMax + BodyLengthMax];
        var length = 0;
        int headEnd;
        while ((headEnd = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (length >= HeadLengthMax) throw new InvalidDataException();
            length += await ReadSomeAsync(stream, buffer.AsMemory(length, HeadLengthMax - length), cancellationToken);
        }
        var lines = Encoding.ASCII.GetString(buffer, 0, headEnd).Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', _]]) throw new InvalidDataException();
        var bodyEnd = headEnd + 4 + BodyLength(lines);
        while (length < bodyEnd) length += await ReadSomeAsync(stream, buffer.AsMemory(length, bodyEnd - length), cancellationToken);
        return (method, target, Encoding.ASCII.GetString(buffer, headEnd + 4, bodyEnd - headEnd - 4));
    }

    private static int BodyLength(string[] lines)
    {
        foreach (var line in lines)
        {
            if (!line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) continue;
            return int.TryParse(line["Content-Length:".Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= BodyLengthMax ? length : throw new InvalidDataException();
        }
        return 0;
    }

    private static async Task<int> ReadSomeAsync(NetworkStream stream, Memory<byte> rest, CancellationToken cancellationToken) =>
        await stream.ReadAsync(rest, cancellationToken) is var read and > 0 ? read : throw new IOException();

    private async Task WriteAsync(string status, string text)
    {
        var page = $"<!doctype html><meta charset=utf-8><title>Strongroom</title><p style=\"font:1.2em sans-serif;margin:3em\">{text}</p>\n";
        var answer = $"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {page.Length.ToString(CultureInfo.InvariantCulture)}\r\nCache-Control: no-store\r\n"
            + $"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{page}";
        await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        _client.Client.Shutdown(SocketShutdown.Send);
    }
}
