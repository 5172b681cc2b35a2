using System.Threading.Channels;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Hosting;

/// <summary>
/// Writes the log where the server's output goes, from a thread of its own: a terminal that is held or a pipe that is full keeps no request
/// waiting. Lines that do not fit meanwhile are lost and counted.
/// </summary>
internal sealed class LogOutput : IAsyncDisposable
{
    /// <summary>Lines that wait at most.</summary>
    public const int WaitingMax = 10_000;

    // Who stops the server is not kept waiting by an output that nobody reads.
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(2);

    private readonly Channel<VaultLogLine> _lines;
    private readonly Task _writing;
    private int _lost;

    public LogOutput(TextWriter output)
    {
        var options = new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true };
        _lines = Channel.CreateBounded<VaultLogLine>(options, _ => Interlocked.Increment(ref _lost));
        _writing = Task.Factory.StartNew(() => Write(output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Takes the lines of a log from now on.</summary>
    public void Attach(VaultLog log) => log.Output = line => _lines.Writer.TryWrite(line);

    /// <summary>Writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(FlushMax, TimeProvider.System));
    }

    private void Write(TextWriter output)
    {
        while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_lines.Reader.TryRead(out var line)) output.WriteLine(line.ToString());
            if (Interlocked.Exchange(ref _lost, 0) is var lost and > 0) output.WriteLine($"({lost} lines of the log were lost: they came faster than they were written)");
            output.Flush();
        }
    }
}
