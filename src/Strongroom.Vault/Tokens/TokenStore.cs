using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// All tokens of a vault. One is stored under the hash of its text, listed by accessor, below its parent, as a lease and by its end, all
/// in one commit. Tokens in use are kept in memory; this process is the only one that changes them.
/// </summary>
internal sealed class TokenStore(VaultBarrier barrier, PolicyStore policies, RecordView<LeaseEntry> leases, DueIndex due, LeaseQuotas quotas, TimeProvider time)
{
    /// <summary>Tokens kept in memory at most; beyond it the memory starts over.</summary>
    public const int CachedMax = 100_000;

    private const int AttemptsMax = 8;

    private readonly BarrierView _accessors = barrier.View("sys/token/accessor/");
    private readonly BarrierView _children = barrier.View("sys/token/child/");
    private readonly RecordView<TokenEntry> _entries = new(barrier.View("sys/token/id/"), TokenJson.Default.TokenEntry);
    private readonly BatchTokens _batch = new(barrier);
    private readonly ConcurrentDictionary<TokenHash, TokenState> _cache = new();
    private readonly Lock _gate = new();
    private long _changes;

    /// <summary>Who a request comes from, or null when its token is not good, whatever the reason.</summary>
    public async ValueTask<Caller?> AuthenticateAsync(RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (origin.Token is not { } token || await FindAsync(token, cancellationToken) is not { } state) return null;
        if (!ClientNetworks.Allow(state.Entry.BoundCidrs, origin.Address)) return null;
        if (state.Entry.UsesLeft != 0)
        {
            if (await SpendAsync(state, cancellationToken) is not { } spent) return null;
            state = spent;
        }
        return await state.CallerAsync(policies, cancellationToken);
    }

    /// <summary>The living token with this text, or null.</summary>
    public async ValueTask<TokenState?> FindAsync(ClientToken token, CancellationToken cancellationToken)
    {
        if (!token.IsBatch) return await FindAsync(token.Hash, cancellationToken);
        if (!_cache.TryGetValue(token.Hash, out var state))
        {
            var seen = Volatile.Read(ref _changes);
            if (await _batch.OpenAsync(token.Reveal(), cancellationToken) is not { } entry) return null;
            state = new TokenState(token.Hash, entry, revision: 0);
            Keep(state, seen);
        }
        if (!IsAlive(state.Entry)) return null;
        return state.Entry.Parent is { } parent && await FindAsync(TokenHash.Parse(parent), cancellationToken) is null ? null : state;
    }

    /// <summary>The living token with this hash, which is not a batch token, or null.</summary>
    public async ValueTask<TokenState?> FindAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        if (!_cache.TryGetValue(hash, out var state))
        {
            var seen = Volatile.Read(ref _changes);
            if (await _entries.GetAsync(hash.ToString(), cancellationToken) is not { } stored) return null;
            state = new TokenState(hash, stored.Value, stored.Revision);
            Keep(state, seen);
        }
        return IsAlive(state.Entry) ? state : null;
    }

    /// <summary>What is stored of a token, be it alive or not; null when nothing is.</summary>
    public async ValueTask<TokenEntry?> FindStoredAsync(TokenHash hash, CancellationToken cancellationToken) =>
        (await _entries.GetAsync(hash.ToString(), cancellationToken))?.Value;

    /// <summary>The living token with this accessor, or null.</summary>
    public async ValueTask<TokenState?> FindByAccessorAsync(string accessor, CancellationToken cancellationToken)
    {
        if (accessor.Length == 0 || accessor.Contains('/', StringComparison.Ordinal)) return null;
        using var entry = await _accessors.GetAsync(accessor, cancellationToken);
        return entry is null ? null : await FindAsync(TokenHash.Parse(Encoding.ASCII.GetString(entry.Value.Span)), cancellationToken);
    }

    public ValueTask<List<string>> ListAccessorsAsync(CancellationToken cancellationToken) => _accessors.ListAsync("", cancellationToken);

    /// <summary>Makes a token that nothing is stored of. It ends with its parent, which is looked at whenever it is used.</summary>
    public async ValueTask<IssuedAuth> CreateBatchAsync(TokenEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Parent is { } parent && await FindAsync(TokenHash.Parse(parent), cancellationToken) is null) throw Denied();
        await quotas.TakeAsync(entry, cancellationToken);
        return Issue(await _batch.SealAsync(entry, cancellationToken), entry);
    }

    /// <summary>Removes what an interrupted revocation may have left. Nothing that lives is touched.</summary>
    public async ValueTask TidyAsync(CancellationToken cancellationToken)
    {
        foreach (var accessor in await ListAccessorsAsync(cancellationToken))
        {
            string hash;
            using (var entry = await _accessors.GetAsync(accessor, cancellationToken))
            {
                if (entry is null) continue;
                hash = Encoding.ASCII.GetString(entry.Value.Span);
            }
            if (await _entries.GetAsync(hash, cancellationToken) is null)
                await DeleteAsync(commit => commit.DeleteListed(_accessors, accessor), cancellationToken);
        }
    }

    /// <summary>
    /// Makes a token. The commit happens only while its parent is alive and unchanged, so that a child never outlives a revocation that
    /// was acknowledged. Throws InvalidInput when the text is taken, Throttled when there are as many leases as a quota allows.
    /// </summary>
    public async ValueTask<(IssuedAuth Auth, long Sequence)> CreateAsync(
        ClientToken text, TokenEntry entry, Func<BarrierCommit> begin, CancellationToken cancellationToken)
    {
        await quotas.TakeAsync(entry, cancellationToken);
        try
        {
            var made = await StoreAsync(text, entry, begin, cancellationToken);
            quotas.Made(entry);
            return made;
        }
        catch
        {
            quotas.Ended(entry);
            throw;
        }
    }

    private async ValueTask<(IssuedAuth Auth, long Sequence)> StoreAsync(
        ClientToken text, TokenEntry entry, Func<BarrierCommit> begin, CancellationToken cancellationToken)
    {
        var hash = text.Hash;
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var commit = begin();
            if (entry.Parent is { } parent)
            {
                var found = await FindAsync(TokenHash.Parse(parent), cancellationToken) ?? throw Denied();
                commit.Check(_entries.View, parent, found.Revision);
                commit.PutListed(_children, $"{parent}/{hash}", default);
            }
            else if (await _entries.GetAsync(hash.ToString(), cancellationToken) is not null)
            {
                throw RequestFields.Invalid("cannot create a token with a duplicate ID");
            }
            _entries.Put(commit, hash.ToString(), entry, expectedRevision: 0);
            commit.PutListed(_accessors, entry.Accessor, Encoding.ASCII.GetBytes(hash.ToString()));
            PutLease(commit, hash, entry);
            if (await commit.CommitAsync(cancellationToken) is { } sequence)
                return (Issue(text, entry), sequence);
            if (await _entries.GetAsync(hash.ToString(), cancellationToken) is not null)
                throw RequestFields.Invalid("cannot create a token with a duplicate ID");
            Forget(entry.Parent is null ? hash : TokenHash.Parse(entry.Parent));
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>Changes what is stored of a living token. The function is asked again when someone else changed it meanwhile.</summary>
    public async ValueTask<(TokenEntry Entry, long Sequence)> ChangeAsync(
        TokenHash hash, Func<TokenEntry, TokenEntry> change, Func<BarrierCommit> begin, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await _entries.GetAsync(hash.ToString(), cancellationToken) is not { } stored || !IsAlive(stored.Value)) throw Denied();
            var changed = change(stored.Value);
            var commit = begin();
            _entries.Put(commit, hash.ToString(), changed, stored.Revision);
            if (changed.ExpiresAt != stored.Value.ExpiresAt) PutLease(commit, hash, changed);
            if (changed.Revoked) due.Put(commit, DueIndex.AtOnce, LeaseId(changed));
            if (await commit.CommitAsync(cancellationToken) is not { } sequence) continue;
            Forget(hash);
            quotas.Changed(changed);
            return (changed, sequence);
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>
    /// Ends a token and, unless told to make them orphans, everything it made. The token is dead with the first commit; if the rest is
    /// interrupted, it is resumed by <see cref="RevokeAsync"/> of what is due. Returns the sequence of the last commit.
    /// </summary>
    public async ValueTask<long> RevokeAsync(TokenHash hash, bool orphanChildren, CancellationToken cancellationToken)
    {
        var sequence = await MarkAsync(hash, cancellationToken);
        var key = hash.ToString();
        foreach (var child in await _children.ListAsync(key + "/", cancellationToken))
        {
            var childHash = TokenHash.Parse(child);
            if (orphanChildren) await OrphanAsync(childHash, cancellationToken);
            else sequence = Math.Max(sequence, await RevokeAsync(childHash, orphanChildren: false, cancellationToken));
            await DeleteAsync(commit => commit.DeleteListed(_children, $"{key}/{child}"), cancellationToken);
        }
        await DeleteCubbyholeAsync(hash, cancellationToken);
        if (await _entries.GetAsync(key, cancellationToken) is not { } stored) return sequence;
        var last = await DeleteAsync(
            commit =>
            {
                commit.Delete(_entries.View, key);
                commit.DeleteListed(_accessors, stored.Value.Accessor);
                commit.DeleteListed(leases.View, LeaseId(stored.Value));
                if (stored.Value.Parent is { } parent) commit.DeleteListed(_children, $"{parent}/{key}");
            },
            cancellationToken);
        Forget(hash);
        return Math.Max(sequence, last);
    }

    /// <summary>Where a token's private storage lies.</summary>
    public BarrierView Cubbyhole(TokenHash hash) => barrier.View($"cubbyhole/{hash}/");

    /// <summary>The id of a token's lease: the path that made it and its accessor.</summary>
    public static string LeaseId(TokenEntry entry) => $"{entry.Path}/{entry.Accessor}";

    public long Now => time.GetUtcNow().ToUnixTimeSeconds();

    public RandomNumberGenerator Random => barrier.Random;

    /// <summary>The failure of a request without a good token, or of an operation that a good one may not do from where it comes.</summary>
    public static SecretException Denied(string? operation = null) => new(SecretErrorKind.Denied, "permission denied", operation: operation);

    /// <summary>What the holder of a token is told.</summary>
    public static IssuedAuth Issue(ClientToken? text, TokenEntry entry) => new()
    {
        Token = text,
        Accessor = entry.Accessor,
        Policies = entry.Policies,
        Metadata = entry.Metadata,
        LeaseDuration = TimeSpan.FromSeconds(entry.ExpiresAt == 0 ? 0 : entry.ExpiresAt - Math.Max(entry.CreatedAt, entry.RenewedAt)),
        Renewable = entry.Renewable,
        EntityId = entry.EntityId,
        Orphan = entry.Parent is null,
        UsesLeft = entry.UsesLeft,
        Type = entry.Batch ? "batch" : "service",
    };

    private bool IsAlive(TokenEntry entry) => !entry.Revoked && !entry.IsExpired(Now);

    private void PutLease(BarrierCommit commit, TokenHash hash, TokenEntry entry)
    {
        var id = LeaseId(entry);
        leases.PutListed(commit, id, new LeaseEntry { Token = hash.ToString() });
        if (entry.ExpiresAt != 0) due.Put(commit, entry.ExpiresAt, id);
    }

    /// <summary>
    /// Takes one use off a token before the request is looked at; null when none is left. The last use leaves a token that is dead for
    /// the next request.
    /// </summary>
    public async ValueTask<TokenState?> SpendAsync(TokenState state, CancellationToken cancellationToken)
    {
        try
        {
            var (entry, _) = await ChangeAsync(
                state.Hash,
                entry => entry.UsesLeft == 1 ? entry with { UsesLeft = 0, Revoked = true } : entry with { UsesLeft = entry.UsesLeft - 1 },
                () => new BarrierCommit(barrier), cancellationToken);
            return new TokenState(state.Hash, entry, state.Revision);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied)
        {
            // Another request was faster and took the last use.
            return null;
        }
    }

    /// <summary>Ends a token in a commit of someone else's, who calls <see cref="Ended"/> after it. What is left of the token the next sweep removes.</summary>
    public void End(BarrierCommit commit, TokenState state)
    {
        _entries.Put(commit, state.Hash.ToString(), state.Entry with { UsesLeft = 0, Revoked = true }, state.Revision);
        due.Put(commit, DueIndex.AtOnce, LeaseId(state.Entry));
    }

    /// <summary>Takes notice of a token that a commit ended.</summary>
    public void Ended(TokenState state)
    {
        Forget(state.Hash);
        quotas.Ended(state.Entry);
    }

    private async ValueTask<long> MarkAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await _entries.GetAsync(hash.ToString(), cancellationToken) is not { } stored || stored.Value.Revoked) return 0;
            var commit = new BarrierCommit(barrier);
            _entries.Put(commit, hash.ToString(), stored.Value with { Revoked = true }, stored.Revision);
            due.Put(commit, DueIndex.AtOnce, LeaseId(stored.Value));
            var sequence = await commit.CommitAsync(cancellationToken);
            Forget(hash);
            if (sequence is not { } done) continue;
            quotas.Ended(stored.Value);
            return done;
        }
        throw BarrierCommit.Raced();
    }

    private async ValueTask OrphanAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(hash, entry => entry with { Parent = null }, () => new BarrierCommit(barrier), cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied)
        {
            // It is dead itself: nothing to keep.
        }
    }

    private async ValueTask DeleteCubbyholeAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        var view = Cubbyhole(hash);
        await foreach (var path in view.WalkAsync(cancellationToken))
            await DeleteAsync(commit => commit.DeleteListed(view, path), cancellationToken);
    }

    private async ValueTask<long> DeleteAsync(Action<BarrierCommit> change, CancellationToken cancellationToken)
    {
        var commit = new BarrierCommit(barrier);
        change(commit);
        return await commit.CommitAsync(cancellationToken) ?? 0;
    }

    /// <summary>Keeps a token in memory, unless any token changed since it was read: then it may be an old one.</summary>
    private void Keep(TokenState state, long seen)
    {
        lock (_gate)
        {
            if (_changes != seen) return;
            if (_cache.Count >= CachedMax) _cache.Clear();
            _cache[state.Hash] = state;
        }
    }

    private void Forget(TokenHash hash)
    {
        lock (_gate)
        {
            _changes++;
            _cache.TryRemove(hash, out _);
        }
    }
}
