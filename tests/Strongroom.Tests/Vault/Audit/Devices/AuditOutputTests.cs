using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Strongroom.Conformance;
using Strongroom.Secrets;
using Strongroom.Vault.Audit.Devices;
using Xunit;

namespace Strongroom.Tests.Vault.Audit.Devices;

/// <summary>The outputs of devices against real sockets, and the queue before them against outputs that hang or fail.</summary>
public sealed class AuditOutputTests : IDisposable
{
    private static readonly byte[] TwoEntries = "{\"a\":1}\n{\"b\":2}\n"u8.ToArray();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly FakeTime _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Tcp_output_connects_anew_when_the_other_side_went_away()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var output = Make("socket", ("address", listener.LocalEndpoint.ToString()!));

        await output.WriteAsync(TwoEntries, Stop);
        using (var first = await listener.AcceptSocketAsync(Stop))
        {
            (await ReadAsync(first, TwoEntries.Length)).ShouldBe(TwoEntries);
            // A reset and not a farewell, so that the next write fails at once.
            first.LingerState = new LingerOption(enable: true, 0);
        }
        await output.WriteAsync(TwoEntries, Stop);

        using var second = await listener.AcceptSocketAsync(Stop);
        (await ReadAsync(second, TwoEntries.Length)).ShouldBe(TwoEntries);
    }

    [Fact]
    public async Task Udp_output_sends_one_datagram_for_each_entry_and_tells_of_those_too_long()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var output = Make("socket", ("address", receiver.Client.LocalEndPoint!.ToString()!), ("socket_type", "udp"));
        byte[] entries = [.. new byte[100_000].Select(_ => (byte)'x'), (byte)'\n', .. TwoEntries];

        (await Should.ThrowAsync<SecretException>(() => output.WriteAsync(entries, Stop).AsTask())).Kind.ShouldBe(SecretErrorKind.InvalidInput);

        (await receiver.ReceiveAsync(Stop)).Buffer.ShouldBe("{\"a\":1}\n"u8.ToArray());
        (await receiver.ReceiveAsync(Stop)).Buffer.ShouldBe("{\"b\":2}\n"u8.ToArray());
    }

    [Fact]
    public async Task Syslog_output_writes_messages_of_RFC_3164()
    {
        var path = Path.Combine(_folder.FullName, "log");
        using var receiver = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        receiver.Bind(new UnixDomainSocketEndPoint(path));
        await using var output = Make("syslog", ("address", path), ("facility", "local3"), ("tag", "strongroom"));

        await output.WriteAsync(TwoEntries, Stop);

        var buffer = new byte[1024];
        var text = Encoding.ASCII.GetString(buffer, 0, await receiver.ReceiveAsync(buffer, Stop));
        text.ShouldBe($"<158>Jan  1 00:00:00 strongroom[{Environment.ProcessId}]: {{\"a\":1}}");
    }

    [Fact]
    public async Task Http_output_posts_lines_and_fails_unless_they_are_taken()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var output = Make("http", ("address", $"http://{listener.LocalEndpoint}/audit"), ("authorization", "Bearer collector"));

        var answer = AnswerAsync(listener, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        await output.WriteAsync(TwoEntries, Stop);
        var asked = await answer;
        answer = AnswerAsync(listener, "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await Should.ThrowAsync<HttpRequestException>(() => output.WriteAsync(TwoEntries, Stop).AsTask());
        await answer;

        asked.ShouldStartWith("POST /audit HTTP/1.1\r\n");
        asked.ShouldContain("Authorization: Bearer collector\r\n");
        asked.ShouldContain("Content-Type: application/x-ndjson\r\n");
        asked.ShouldEndWith("\r\n\r\n" + Encoding.ASCII.GetString(TwoEntries));
    }

    [Fact]
    public async Task Hung_output_takes_what_fits_and_never_makes_anyone_wait()
    {
        var queue = new DeviceQueue(new HungOutput(), TimeSpan.FromSeconds(2), retries: true, _time);
        var entry = new byte[1024 * 1024];
        entry[^1] = (byte)'\n';

        var taken = 0;
        for (var i = 0; i < 100; i++) taken += queue.TryAdd(entry) ? 1 : 0;

        // What waits, and the group that may be on its way.
        taken.ShouldBeInRange(8, 16);
        queue.Lost.ShouldBe(100 - taken);
    }

    [Fact]
    public async Task Group_that_failed_is_written_again_when_the_output_works_again()
    {
        var output = new BrokenOutput();
        await using var queue = new DeviceQueue(output, TimeSpan.FromSeconds(2), retries: true, _time);

        queue.TryAdd(TwoEntries).ShouldBeTrue();
        await output.Failed.Task.WaitAsync(Stop);
        output.Works = true;
        while (!output.Written.Task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await output.Written.Task).ShouldBe(TwoEntries);
        queue.Lost.ShouldBe(0);
    }

    [Fact]
    public async Task Entry_that_is_waited_for_fails_with_its_output()
    {
        await using var queue = new DeviceQueue(new BrokenOutput(), TimeSpan.FromSeconds(2), retries: false, _time);

        queue.TryAdd(TwoEntries, waits: true, out var written).ShouldBeTrue();

        await Should.ThrowAsync<SecretException>(() => written.WaitAsync(Stop));
        queue.Lost.ShouldBe(1);
    }

    [Fact]
    public async Task Closing_writes_what_waits()
    {
        var output = new BrokenOutput { Works = true };
        var queue = new DeviceQueue(output, TimeSpan.FromSeconds(2), retries: true, _time);
        queue.TryAdd(TwoEntries);

        await queue.DisposeAsync();

        output.Written.Task.IsCompleted.ShouldBeTrue();
        queue.TryAdd(TwoEntries).ShouldBeFalse();
    }

    private AuditOutput Make(string type, params (string Name, string Value)[] options)
    {
        var entry = new AuditDeviceEntry { Path = "x/", Type = type, Salt = "salt", Options = options.ToDictionary(o => o.Name, o => o.Value, StringComparer.Ordinal) };
        return AuditOutputs.Make(entry, new AuditDeviceOptions(entry), _folder.FullName, _time);
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        var buffer = new byte[length];
        for (var read = 0; read < length;) read += await socket.ReceiveAsync(buffer.AsMemory(read), Stop);
        return buffer;
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string answer)
    {
        using var socket = await listener.AcceptSocketAsync(Stop);
        var asked = new StringBuilder();
        var buffer = new byte[4096];
        while (!asked.ToString().Contains("{\"b\":2}\n", StringComparison.Ordinal))
            asked.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Stop)));
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer), Stop);
        socket.Shutdown(SocketShutdown.Send);
        return asked.ToString();
    }

    private sealed class HungOutput : AuditOutput
    {
        public override ValueTask OpenAsync(CancellationToken cancellationToken) => default;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);

        public override ValueTask DisposeAsync() => default;
    }

    private sealed class BrokenOutput : AuditOutput
    {
        public volatile bool Works;

        public TaskCompletionSource Failed { get; } = new();

        public TaskCompletionSource<byte[]> Written { get; } = new();

        public override ValueTask OpenAsync(CancellationToken cancellationToken) => default;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
        {
            if (Works)
            {
                Written.TrySetResult(entries.ToArray());
                return default;
            }
            Failed.TrySetResult();
            throw new IOException("broken");
        }

        public override ValueTask DisposeAsync() => default;
    }
}
