using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Conformance.Storages;

/// <summary>What a <see cref="FaultyStorage"/> does wrong, each as a share of the calls from 0 to 1.</summary>
public sealed record StorageFaults
{
    /// <summary>Reads that fail.</summary>
    public double Reads { get; init; }

    /// <summary>Commits that fail and change nothing.</summary>
    public double CommitsBefore { get; init; }

    /// <summary>Commits that happen and then fail: what a caller sees whose connection or process broke at the wrong moment.</summary>
    public double CommitsAfter { get; init; }

    /// <summary>The kinds to fail with, chosen at random.</summary>
    public IReadOnlyList<SecretErrorKind> Kinds { get; init; } =
        [SecretErrorKind.Unreachable, SecretErrorKind.StorageFull, SecretErrorKind.ReadOnly, SecretErrorKind.Corrupt];

    /// <summary>The longest time that a call takes, by <see cref="FaultyStorage"/>'s clock. None by default.</summary>
    public TimeSpan LatencyMax { get; init; }
}

/// <summary>
/// Another storage with seeded failures and latency, for tests of what stands above it. Show the seed when a test fails: the same
/// seed and the same order of calls give the same failures. Disposing it disposes the storage inside.
/// </summary>
public sealed class FaultyStorage(VaultStorage inner, int seed, TimeProvider time) : VaultStorage
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    /// <summary>What goes wrong from now on. Nothing at first.</summary>
    public StorageFaults Faults { get; set; } = new();

    /// <summary>How many calls failed on purpose so far.</summary>
    public int FailureCount { get; private set; }

    /// <summary>Commits that failed after they had happened.</summary>
    public int CommitsAfterFailureCount { get; private set; }

    public override async ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken)
    {
        await BeforeReadAsync(cancellationToken);
        return await inner.GetSequenceAsync(cancellationToken);
    }

    public override async ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
    {
        await BeforeReadAsync(cancellationToken);
        return await inner.GetAsync(id, cancellationToken);
    }

    public override async ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken)
    {
        await BeforeReadAsync(cancellationToken);
        return await inner.ListAsync(folder, cancellationToken);
    }

    public override async IAsyncEnumerable<StoredEntry> ScanAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeforeReadAsync(cancellationToken);
        await foreach (var entry in inner.ScanAsync(cancellationToken))
        {
            yield return entry;
        }
    }

    public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        await DelayAsync(cancellationToken);
        FailSometimes(Faults.CommitsBefore, "the commit failed on purpose, before");
        var result = await inner.CommitAsync(changes, cancellationToken);
        if (result.Committed && Hits(Faults.CommitsAfter))
        {
            CommitsAfterFailureCount++;
            throw Failure("the commit failed on purpose, after");
        }
        return result;
    }

    public override async ValueTask VerifyAsync(CancellationToken cancellationToken)
    {
        await BeforeReadAsync(cancellationToken);
        await inner.VerifyAsync(cancellationToken);
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask BeforeReadAsync(CancellationToken cancellationToken)
    {
        await DelayAsync(cancellationToken);
        FailSometimes(Faults.Reads, "the read failed on purpose");
    }

    private async ValueTask DelayAsync(CancellationToken cancellationToken)
    {
        if (Faults.LatencyMax > TimeSpan.Zero)
        {
            TimeSpan latency;
            lock (_lock)
            {
                latency = Faults.LatencyMax * _random.NextDouble();
            }
            await Task.Delay(latency, time, cancellationToken);
        }
    }

    private void FailSometimes(double share, string reason)
    {
        if (Hits(share))
        {
            throw Failure(reason);
        }
    }

    private bool Hits(double share)
    {
        lock (_lock)
        {
            return share > 0 && _random.NextDouble() < share;
        }
    }

    private SecretException Failure(string reason)
    {
        lock (_lock)
        {
            FailureCount++;
            return new SecretException(Faults.Kinds[_random.Next(Faults.Kinds.Count)], reason);
        }
    }
}
