using System.Globalization;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Conformance.Backends;

/// <summary>
/// A remote backend that misbehaves by a seed: it is slow, fails with every kind, throws what no backend should, hangs, ignores
/// cancellation, and answers after it was given up. What it answers is true, though: the value at a path is the path and the
/// moment of the answer, so that a test can tell what a given value may be. For the one thread of <see cref="FakeTime"/>.
/// </summary>
public sealed class ChaosBackend(int seed, TimeProvider time) : SecretBackend
{
    private static readonly SecretErrorKind[] Kinds =
        [SecretErrorKind.Unreachable, SecretErrorKind.Unreachable, SecretErrorKind.Throttled, SecretErrorKind.Malformed, SecretErrorKind.Sealed];

    private static readonly TimeSpan?[] Waits = [null, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1)];

    private readonly Random _random = new(seed);
    private readonly List<ChaosCall> _calls = [];

    public override string Kind => "chaos";

    public override BackendCapabilities Capabilities => BackendCapabilities.Read;

    /// <summary>How often a call goes wrong, from 0 to 1.</summary>
    public double Wildness { get; set; } = 0.5;

    /// <summary>When set, every call fails so.</summary>
    public SecretErrorKind? AlwaysFails { get; set; }

    /// <summary>Every call that was sent, in order.</summary>
    public IReadOnlyList<ChaosCall> Calls => _calls;

    /// <summary>Path and moment from a value that this backend gave.</summary>
    public static (string Path, DateTimeOffset At) Parse(string value)
    {
        var parts = value.Split('@');
        return (parts[0], DateTimeOffset.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var choice = _random.NextDouble() < Wildness ? _random.Next(1, 7) : 0;
        var delay = TimeSpan.FromMilliseconds(_random.Next(1, 500));
        var kind = Kinds[_random.Next(Kinds.Length)];
        var retryAfter = kind == SecretErrorKind.Throttled ? Waits[_random.Next(Waits.Length)] : null;
        var call = new ChaosCall(address.Path, time.GetUtcNow());
        _calls.Add(call);
        using var givenUp = cancellationToken.Register(() => call.End(time.GetUtcNow()));
        try
        {
            await Task.Delay(delay, time, cancellationToken);
            if (AlwaysFails is { } always) throw new SecretException(always, "fails always");
            switch (choice)
            {
                case 1: throw new SecretException(kind, "fails by chance", retryAfter: call.RetryAfter = retryAfter);
                case 2: throw new IOException("chance");
                case 3: throw new InvalidOperationException("chance");
                case 4: await Task.Delay(TimeSpan.FromHours(10), time, cancellationToken); break;
                case 5: await Task.Delay(TimeSpan.FromMinutes(2), time, CancellationToken.None); break;
                case 6: throw new OperationCanceledException("nobody asked for this");
            }
            return new StoredSecret(SecretValue.FromText($"{address.Path}@{time.GetUtcNow():O}"));
        }
        finally
        {
            call.End(time.GetUtcNow());
        }
    }
}

/// <summary>One call as the misbehaving store saw it.</summary>
/// <param name="path">What was asked for.</param>
/// <param name="startedAt">When it was sent.</param>
public sealed class ChaosCall(string path, DateTimeOffset startedAt)
{
    public string Path => path;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>When it was answered or given up; null while it is under way.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>How long the store asked to wait.</summary>
    public TimeSpan? RetryAfter { get; set; }

    internal void End(DateTimeOffset now) => EndedAt ??= now;
}
