using System.Threading.Channels;

namespace Strongroom.Vault.Served;

/// <summary>The lines for one who follows the log. Whoever is too slow loses lines and is told how many; nobody waits for him.</summary>
internal sealed class LogMonitor : IDisposable
{
    /// <summary>Lines that wait at most.</summary>
    public const int WaitingMax = 1000;

    private readonly Channel<VaultLogLine> _lines;
    private readonly Action<LogMonitor> _leave;
    private int _dropped;

    public LogMonitor(VaultLogLevel level, Action<LogMonitor> leave)
    {
        (Level, _leave) = (level, leave);
        var options = new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true };
        _lines = Channel.CreateBounded<VaultLogLine>(options, _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>From which level on.</summary>
    public VaultLogLevel Level { get; }

    public void Offer(VaultLogLine line)
    {
        if (line.Level >= Level) _lines.Writer.TryWrite(line);
    }

    /// <summary>The lines that wait, at least one unless the time is over; null when there will be no more.</summary>
    public async ValueTask<IReadOnlyList<VaultLogLine>?> NextAsync(TimeSpan waitMax, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            if (!await _lines.Reader.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(waitMax, time, cancellationToken)) return null;
        }
        catch (TimeoutException)
        {
            return [];
        }
        var lines = new List<VaultLogLine>();
        while (_lines.Reader.TryRead(out var line)) lines.Add(line);
        if (Interlocked.Exchange(ref _dropped, 0) is var dropped and > 0)
            lines.Add(new VaultLogLine(time.GetUtcNow(), VaultLogLevel.Warn, "monitor", $"{dropped} lines were dropped: they came faster than they were read"));
        return lines;
    }

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _leave(this);
    }
}
