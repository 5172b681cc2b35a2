using System.Collections.Concurrent;
using System.Net;

namespace Strongroom.Vault.Quotas;

/// <summary>What a client has left of a limit.</summary>
/// <param name="IsAllowed">Whether this request may go on.</param>
/// <param name="Limit">Requests in an interval.</param>
/// <param name="Remaining">What is left in this one.</param>
/// <param name="Reset">How long until the next.</param>
internal readonly record struct RateState(bool IsAllowed, long Limit, long Remaining, TimeSpan Reset);

/// <summary>
/// Counts the requests of each client address in intervals that begin with its first. Clients that stay away are forgotten, and there is
/// a limit to how many are remembered, so that addresses cost no memory.
/// </summary>
internal sealed class RateLimit(RateQuota entry, TimeProvider time)
{
    private const int ClientsMax = 100_000;

    private readonly ConcurrentDictionary<IPAddress, Window> _clients = new();
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(entry.Interval);
    private readonly TimeSpan _block = TimeSpan.FromSeconds(entry.BlockInterval);
    private readonly long _limit = Math.Max(1, (long)Math.Ceiling(entry.Rate));

    public RateQuota Entry { get; } = entry;

    /// <summary>Takes one request off what the client has.</summary>
    public RateState Take(IPAddress client)
    {
        var now = time.GetTimestamp();
        if (_clients.Count >= ClientsMax) Forget(now);
        var window = _clients.GetOrAdd(client, static (_, start) => new Window(start), now);
        lock (window)
        {
            var elapsed = time.GetElapsedTime(window.Start, now);
            var length = window.IsBlocked ? _block : _interval;
            if (elapsed >= length) (window.Start, window.Taken, window.IsBlocked, elapsed, length) = (now, 0, false, TimeSpan.Zero, _interval);
            if (window.Taken < _limit)
            {
                window.Taken++;
                return new RateState(true, _limit, _limit - window.Taken, length - elapsed);
            }
            if (!window.IsBlocked && _block > TimeSpan.Zero) (window.Start, window.IsBlocked, elapsed, length) = (now, true, TimeSpan.Zero, _block);
            return new RateState(false, _limit, 0, length - elapsed);
        }
    }

    private void Forget(long now)
    {
        foreach (var (client, window) in _clients)
        {
            if (time.GetElapsedTime(window.Start, now) >= (window.IsBlocked ? _block : _interval)) _clients.TryRemove(client, out _);
        }
        // All of them active: starting over is kinder than refusing, and the memory stays bounded.
        if (_clients.Count >= ClientsMax) _clients.Clear();
    }

    private sealed class Window(long start)
    {
        public long Start { get; set; } = start;

        public long Taken { get; set; }

        public bool IsBlocked { get; set; }
    }
}
