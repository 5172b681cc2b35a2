using System.Net;
using System.Net.Sockets;
using Strongroom.Secrets;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary>
/// Compares passwords, few at a time: each costs a processor for a good part of a second, and a flood of logins must not take them all.
/// Attempts for one user come one after the other, so that guesses made at once are counted like any others. Few may wait from one address,
/// so that whoever floods keeps himself waiting and hardly anybody else.
/// </summary>
internal sealed class PasswordCheck
{
    /// <summary>Logins that wait for their turn at most.</summary>
    public const int WaitingMax = 1024;

    /// <summary>Of them, those from one IPv4 address, or one network of 64 bits of IPv6.</summary>
    public const int WaitingFromOneMax = 16;

    private const int NetworkLength = 8;

    private readonly SemaphoreSlim _working = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turn> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, int> _clients = [];
    private int _waiting;

    /// <summary>Runs an attempt alone among those for this user. Throws Throttled when too many wait, in all or from there.</summary>
    public async ValueTask<T> AloneAsync<T>(string user, IPAddress? client, Func<ValueTask<T>> attempt, CancellationToken cancellationToken)
    {
        var from = NetworkOf(client);
        var turn = Enter(user, from);
        try
        {
            await turn.WaitAsync(cancellationToken);
            try
            {
                return await attempt();
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            Leave(user, from, turn);
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

    private Turn Enter(string user, IPAddress client)
    {
        lock (_gate)
        {
            var fromThere = _clients.GetValueOrDefault(client);
            if (_waiting >= WaitingMax || fromThere >= WaitingFromOneMax)
                throw new SecretException(SecretErrorKind.Throttled, "too many logins at once", retryAfter: TimeSpan.FromSeconds(1));
            _waiting++;
            _clients[client] = fromThere + 1;
            if (!_users.TryGetValue(user, out var turn)) _users[user] = turn = new Turn();
            turn.Waiting++;
            return turn;
        }
    }

    private void Leave(string user, IPAddress client, Turn turn)
    {
        lock (_gate)
        {
            _waiting--;
            if (--_clients[client] == 0) _clients.Remove(client);
            if (--turn.Waiting > 0) return;
            _users.Remove(user);
        }
        turn.Dispose();
    }

    /// <summary>Who has an address of IPv6 has a network of them.</summary>
    private static IPAddress NetworkOf(IPAddress? client)
    {
        if (client is null) return IPAddress.None;
        if (client.IsIPv4MappedToIPv6) return client.MapToIPv4();
        if (client.AddressFamily != AddressFamily.InterNetworkV6) return client;
        var bytes = client.GetAddressBytes();
        bytes.AsSpan(NetworkLength).Clear();
        return new IPAddress(bytes);
    }

    private sealed class Turn() : SemaphoreSlim(1, 1)
    {
        public int Waiting { get; set; }
    }
}
