using System.Buffers.Binary;
using System.Net.Sockets;

namespace AgentDs;

/// <summary>Asks the database server whether it is there, by the first message of PostgreSQL's protocol (SSLRequest).</summary>
internal static class PostgresProbe
{
    private const int SslRequestCode = 80877103;

    public static async Task<string> AskAsync(Uri database, TimeSpan timeout)
    {
        var port = database.Port > 0 ? database.Port : 5432;
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(database.Host, port, limit.Token);
            var request = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(request, request.Length);
            BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), SslRequestCode);
            await client.GetStream().WriteAsync(request, limit.Token);
            var answer = new byte[1];
            await client.GetStream().ReadExactlyAsync(answer, limit.Token);
            return answer[0] == 'S' ? "answers, with TLS" : "answers, without TLS";
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return "not reachable from here, going on without it";
        }
    }
}
