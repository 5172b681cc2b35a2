namespace Strongroom.Vault.Auth.Jwt;

/// <summary>A login in a browser that was begun: what its end is held against.</summary>
/// <param name="State">Names it on its way through the browser; nobody can guess it.</param>
/// <param name="Keys">The provider as it was configured when it began.</param>
/// <param name="Role">The role to log in with.</param>
/// <param name="RedirectUri">Where the browser is sent back to.</param>
/// <param name="Nonce">Ties the provider's token to it.</param>
/// <param name="Verifier">Proves to the provider that who began it ends it (RFC 7636).</param>
/// <param name="ClientNonce">What the client says again at the end; empty when it said nothing.</param>
/// <param name="ExpiresAt">When it is over, in Unix seconds.</param>
internal sealed record OidcFlow(string State, JwtKeySource Keys, string Role, string RedirectUri, string Nonce, string Verifier, string ClientNonce, long ExpiresAt);

/// <summary>The logins in browsers that were begun at one mount, in memory. Each ends once; anybody can begin one, so they are few and short-lived.</summary>
internal sealed class OidcFlows
{
    /// <summary>The most at a time. One more ends the oldest, so that who begins many does not keep others from beginning.</summary>
    public const int CountMax = 10_000;

    /// <summary>How long somebody may take to log in, in seconds.</summary>
    public const int LifetimeSeconds = 600;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OidcFlow> _byState = new(StringComparer.Ordinal);
    private readonly Queue<OidcFlow> _byAge = new();

    public void Add(OidcFlow flow, long now)
    {
        lock (_gate)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= CountMax)) _byState.Remove(_byAge.Dequeue().State);
            _byAge.Enqueue(flow);
            _byState[flow.State] = flow;
        }
    }

    /// <summary>The role of a flow, which goes on; null when there is none of that state.</summary>
    public string? RoleOf(string state)
    {
        lock (_gate) return _byState.GetValueOrDefault(state)?.Role;
    }

    /// <summary>Ends a flow; null when there is none of that state, or its time is over.</summary>
    public OidcFlow? Take(string state, long now)
    {
        lock (_gate) return _byState.Remove(state, out var flow) && flow.ExpiresAt > now ? flow : null;
    }
}
