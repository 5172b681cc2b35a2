using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Http;

/// <summary>Requests that no client would send, by hand over a socket: each gets an answer of the API or a closed connection, and the server goes on.</summary>
public sealed class EdgeFuzzTests
{
    private static readonly string[] Pieces =
    [
        "secret", "data", "sys", "auth", "token", "/", "//", "..", "%2e%2e", "%2f", "%", "%zz", "%00", "%0d%0a", "\\", "?", "list=true", "version=", "-1", "99999999999",
        "é", "%c3%28", "%ff", "*", "+", "{{identity}}", "'", "\"", "<script>", " ", "a b", "..;", "%25%32%66", "~", "cubbyhole", "unwrap", "lookup-self",
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "LIST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO", "get"];

    private static readonly string[] Bodies =
    [
        "", "{}", "[]", "null", "1", "\"", "{", "{\"a\":", "{\"data\": []}", "{\"data\": {}, \"data\": 1}", "{\"options\": 5}", "\ud83d", "{\"ttl\": \"-1h\"}", "{\"ttl\": 1e400}",
        "{\"policies\": {\"a\": 1}}", "{\"versions\": [\"x\", -1, 1.5]}", "{\"\\u0000\": \"\\ud800\"}",
    ];

    [Fact]
    public async Task Server_answers_whatever_it_is_sent()
    {
        await using var server = await RunningServer.StartAsync();
        var port = new Uri(server.Address).Port;
        var random = new Random(20261122);
        for (var i = 0; i < 1_500; i++)
        {
            var method = Methods[random.Next(Methods.Length)];
            var path = "/v1/" + string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Pieces[random.Next(Pieces.Length)] + (random.Next(2) == 0 ? "/" : "")));
            var body = Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]);
            var length = random.Next(20) == 0 ? body.Length + 5 : body.Length;
            var token = random.Next(4) == 0 ? "bad\u00e9" : RunningServer.RootToken;
            var head = $"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {token}\r\nX-Vault-Wrap-TTL: {(random.Next(10) == 0 ? "x" : "0")}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n";
            // Paths that would end the server's work, or every token, are not what is tried here.
            if (path.Contains("seal", StringComparison.Ordinal)) continue;
            var answer = await SendAsync(port, [.. Encoding.UTF8.GetBytes(head), .. body]);
            if (answer.Length == 0) continue;
            answer.ShouldStartWith("HTTP/1.1 ");
            answer[9].ShouldNotBe('5', $"{method} {path} {Encoding.UTF8.GetString(body)}\n{answer}");
        }
        (await server.SendAsync("GET", "/v1/auth/token/lookup-self")).Status.ShouldBe(200);
    }

    private static async Task<string> SendAsync(int port, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(request);
            socket.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
