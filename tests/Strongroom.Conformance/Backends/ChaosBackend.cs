using System.Globalization;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Conformance.Backends;

/// <summary>
/// A remote backend that misbehaves by a seed: it is slow, fails with every kind, throws what no backend should, hangs, ignores
/// cancellation, and answers after it was given up. What it answers is true, though: the value at a path is the path and the
/// moment of the answer, so that a test can tell what a given value may be.
/// </summary>
public sealed class ChaosBackend(int seed, TimeProvider time) : SecretBackend
{
    private static readonly SecretErrorKind[] Kinds =
        [SecretErrorKind.Unreachable, SecretErrorKind.Unreachable, SecretErrorKind.Throttled, SecretErrorKind.Malformed, SecretErrorKind.Sealed];

    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private int _running;

    public override string Kind => "chaos";

    public override BackendCapabilities Capabilities => BackendCapabilities.Read;

    /// <summary>How often a call goes wrong, from 0 to 1.</summary>
    public double Wildness { get; set; } = 0.5;

    /// <summary>True while every call is refused.</summary>
    public bool Denies { get; set; }

    /// <summary>The most calls for one address that were under way at once and not given up.</summary>
    public int ConcurrentMax { get; private set; }

    /// <summary>How many calls were sent.</summary>
    public int Calls { get; private set; }

    /// <summary>Path and moment from a value that this backend gave.</summary>
    public static (string Path, DateTimeOffset At) Parse(string value)
    {
        var parts = value.Split('@');
        return (parts[0], DateTimeOffset.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        int choice;
        TimeSpan delay;
        SecretErrorKind kind;
        lock (_lock)
        {
            Calls++;
            ConcurrentMax = Math.Max(ConcurrentMax, ++_running);
            choice = _random.NextDouble() < Wildness ? _random.Next(1, 7) : 0;
            delay = TimeSpan.FromMilliseconds(_random.Next(0, 500));
            kind = Kinds[_random.Next(Kinds.Length)];
        }
        var hasLeft = 0;
        using var givenUp = cancellationToken.Register(Leave);
        try
        {
            await Task.Delay(delay, time, cancellationToken);
            if (Denies) throw new SecretException(SecretErrorKind.Denied, "is denied");
            switch (choice)
            {
                case 1: throw new SecretException(kind, "fails by chance", retryAfter: kind == SecretErrorKind.Throttled ? TimeSpan.FromSeconds(2) : null);
                case 2: throw new IOException("chance");
                case 3: throw new InvalidOperationException("chance");
                case 4: await Task.Delay(TimeSpan.FromHours(10), time, cancellationToken); break;
                case 5: await Task.Delay(TimeSpan.FromMinutes(2), time, CancellationToken.None); break;
                case 6: throw new OperationCanceledException("nobody asked for this");
            }
            var now = time.GetUtcNow();
            return new StoredSecret(SecretValue.FromText($"{address.Path}@{now:O}"));
        }
        finally
        {
            Leave();
        }

        void Leave()
        {
            if (Interlocked.Exchange(ref hasLeft, 1) != 0) return;
            lock (_lock) _running--;
        }
    }
}
