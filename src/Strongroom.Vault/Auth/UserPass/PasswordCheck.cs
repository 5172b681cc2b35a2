using Strongroom.Secrets;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary>
/// Compares passwords, few at a time: each costs a processor for a good part of a second, and a flood of logins must not take them all.
/// Attempts for one user come one after the other, so that guesses made at once are counted like any others.
/// </summary>
internal sealed class PasswordCheck
{
    /// <summary>Logins that wait for their turn at most.</summary>
    public const int WaitingMax = 256;

    private const int Lanes = 64;

    private readonly SemaphoreSlim _working = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly SemaphoreSlim[] _users = new SemaphoreSlim[Lanes];
    private int _waiting;

    public PasswordCheck()
    {
        for (var i = 0; i < Lanes; i++) _users[i] = new SemaphoreSlim(1, 1);
    }

    /// <summary>Runs an attempt alone among those for this user. Throws Throttled when too many wait.</summary>
    public async ValueTask<T> AloneAsync<T>(string user, Func<ValueTask<T>> attempt, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            throw new SecretException(SecretErrorKind.Throttled, "too many logins at once", retryAfter: TimeSpan.FromSeconds(1));
        }
        try
        {
            var lane = _users[(uint)StringComparer.Ordinal.GetHashCode(user) % Lanes];
            await lane.WaitAsync(cancellationToken);
            try
            {
                return await attempt();
            }
            finally
            {
                lane.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Derives or compares, when a processor is to spare.</summary>
    public async ValueTask<T> WorkAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _working.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            _working.Release();
        }
    }
}
