using Strongroom.Secrets;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Audit.Checkpoints;

/// <summary>
/// Signs the log of a served vault: when the serving begins and ends, and in between every minute in which there was something to
/// record. Between the first and the last the commits of the vault are the server's, and not accounted for one by one.
/// </summary>
internal sealed class Checkpointer : IAsyncDisposable
{
    /// <summary>How long between two checkpoints.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly HashChainedFile _audit;
    private readonly VaultBarrier _barrier;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private Checkpointer(CheckpointKey key, HashChainedFile audit, VaultBarrier barrier, TimeProvider time)
    {
        (Key, _audit, _barrier) = (key, audit, barrier);
        _running = RunAsync(time);
    }

    public CheckpointKey Key { get; }

    /// <summary>Begins with the first checkpoint. Makes the key of the vault when there is none yet.</summary>
    public static async ValueTask<Checkpointer> StartAsync(VaultBarrier barrier, HashChainedFile audit, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = await CheckpointKey.GetAsync(barrier, audit, "vault", time, cancellationToken);
        try
        {
            await audit.CheckpointAsync(key, ServingMark.Begins, 0, cancellationToken);
            return new Checkpointer(key, audit, barrier, time);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Ends with the last checkpoint; the barrier must still be open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        try
        {
            var committed = await _barrier.Storage.GetSequenceAsync(CancellationToken.None);
            await _audit.CheckpointAsync(Key, ServingMark.Ends, committed, CancellationToken.None);
        }
        catch (SecretException)
        {
            // A full disk must not keep the vault open; without the last checkpoint the next start begins anew.
        }
        Key.Dispose();
    }

    private async Task RunAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    if (_audit.HasUnsigned) await _audit.CheckpointAsync(Key, ServingMark.Goes, 0, _stop.Token);
                }
                catch (SecretException)
                {
                    // Requests tell of a log that cannot be written; the next minute tries again.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}

/// <summary>What a checkpoint says of the server.</summary>
internal enum ServingMark
{
    /// <summary>Nothing: there is none.</summary>
    None,

    /// <summary>It begins to serve.</summary>
    Begins,

    /// <summary>It serves.</summary>
    Goes,

    /// <summary>It ended.</summary>
    Ends,
}
