using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Quotas;

/// <summary>
/// Keeps the number of living leases within the quotas. Tokens that never end are no leases, and those of wrapped answers, good for one
/// request, do not count. Batch tokens, of which nothing is stored, do not count either, but are not made beyond a limit.
/// </summary>
internal sealed class LeaseQuotas(VaultSystem system)
{
    /// <summary>Takes a place for a token that is about to be made. Throws Throttled, as Vault words it, when its quota has none left.</summary>
    public async ValueTask TakeAsync(TokenEntry token, CancellationToken cancellationToken)
    {
        if (LimitOf(token) is not { } limit) return;
        await limit.CountedAsync(CountAsync, cancellationToken);
        var now = system.Tokens.Now;
        if (!(token.Batch ? limit.HasRoom(now) : limit.TryTake(TokenStore.LeaseId(token), token.ExpiresAt, now)))
            throw new SecretException(SecretErrorKind.Throttled, $"request path \"{token.Path}\": lease count quota exceeded");
    }

    /// <summary>A token was made.</summary>
    public void Made(TokenEntry token) => LimitOf(token)?.Add(TokenStore.LeaseId(token), token.ExpiresAt);

    /// <summary>A token ends at another time, or is dead.</summary>
    public void Changed(TokenEntry token)
    {
        if (token.Revoked) Ended(token);
        else LimitOf(token)?.Move(TokenStore.LeaseId(token), token.ExpiresAt);
    }

    /// <summary>A token is dead, or was not made.</summary>
    public void Ended(TokenEntry token) => LimitOf(token)?.End(TokenStore.LeaseId(token));

    /// <summary>How many leases a quota has counted.</summary>
    public async ValueTask<int> CountAsync(LeaseLimit limit, CancellationToken cancellationToken)
    {
        await limit.CountedAsync(CountAsync, cancellationToken);
        return limit.Count(system.Tokens.Now);
    }

    /// <summary>Counts for all quotas that have not counted yet, so that no request waits for it.</summary>
    public async ValueTask CountAsync(CancellationToken cancellationToken)
    {
        foreach (var limit in system.Quotas.LeaseLimits) await limit.CountedAsync(CountAsync, cancellationToken);
    }

    private LeaseLimit? LimitOf(TokenEntry token)
    {
        var limits = system.Quotas.LeaseLimits;
        if (limits.Length == 0 || token.ExpiresAt == 0 || ResponseWrapping.IsWrapping(token)) return null;
        return QuotaStore.Closest(limits, static limit => limit.Quota, token.Path, token.LoginRole);
    }

    /// <summary>Reads the leases below the path of a quota, and only those.</summary>
    private async Task CountAsync(LeaseLimit limit)
    {
        var path = limit.Quota.Path;
        var folder = path.EndsWith('*') ? path[..(path.LastIndexOf('/') + 1)] : path.Length == 0 || path.EndsWith('/') ? path : path + "/";
        await foreach (var id in system.Leases.Entries.View.WalkAsync(CancellationToken.None, folder))
        {
            if (await system.Leases.Entries.GetAsync(id, CancellationToken.None) is not { } lease) continue;
            var token = await system.Tokens.FindStoredAsync(TokenHash.Parse(lease.Value.Token), CancellationToken.None);
            if (token is { Revoked: false } && !token.IsExpired(system.Tokens.Now) && ReferenceEquals(LimitOf(token), limit)) limit.Add(id, token.ExpiresAt);
        }
    }
}
