using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Vault.Leases;

/// <summary>Counts a vault's leases for its quotas and sweeps them from time to time, as long as it is unsealed.</summary>
internal sealed class LeaseSweeper : IAsyncDisposable
{
    /// <summary>How long between two sweeps.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public LeaseSweeper(VaultSystem system, VaultLog log) => _running = RunAsync(system, log);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(VaultSystem system, VaultLog log)
    {
        // Unsealing does not wait for the first sweep.
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, system.Time);
        try
        {
            do
            {
                await TryAsync(system.LeaseQuotas.CountAsync, "leases could not be counted for their quotas");
                await TryAsync(system.Leases.SweepAsync, "what has ended could not be removed");
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
        }
        catch (SecretException)
        {
            // Sealed under its hands: it is being stopped.
        }

        async ValueTask TryAsync(Func<CancellationToken, ValueTask> work, string failure)
        {
            try
            {
                await work(_stop.Token);
            }
            catch (SecretException e) when (e.Kind != SecretErrorKind.Sealed)
            {
                // A disk that is full now may not be the next minute; requests tell of it meanwhile.
                log.Write(VaultLog.Leases, VaultLogLevel.Warn, $"{failure} ({VaultCore.ErrorName(e.Kind)}); the next minute tries again");
            }
        }
    }
}
