using System.Net;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Cert;

/// <summary>A list of revoked certificates as it is kept under a name.</summary>
/// <param name="List">The list.</param>
/// <param name="Url">Where it comes from; empty when it was given.</param>
internal sealed record NamedCrl(Crl List, string Url);

/// <summary>
/// The lists of revoked certificates of one mount, in memory once they were asked for; this process is the only one that changes them. Those with an
/// address are fetched anew when their time is over, by the login that finds it so.
/// </summary>
internal sealed class CrlStore(BarrierView view, VaultSystem system)
{
    /// <summary>The most lists of a mount.</summary>
    public const int CountMax = 100;

    /// <summary>How long between two attempts to fetch what is over.</summary>
    public static readonly TimeSpan RetryMin = TimeSpan.FromMinutes(1);

    private readonly RoleTable<CrlEntry> _entries = new(view, "crl/", CertJson.Default.CrlEntry);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Dictionary<string, NamedCrl>? _lists;
    private long _triedAt = long.MinValue;

    public async ValueTask<IReadOnlyDictionary<string, NamedCrl>> AllAsync(CancellationToken cancellationToken)
    {
        if (_lists is { } known) return known;
        await _change.WaitAsync(cancellationToken);
        try
        {
            return _lists ??= await LoadAsync(cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    public async ValueTask<long> PutAsync(string name, NamedCrl crl, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var lists = _lists ??= await LoadAsync(cancellationToken);
            if (lists.Count >= CountMax && !lists.ContainsKey(name)) throw RequestFields.Invalid($"there are {CountMax} CRLs already");
            var sequence = await _entries.ChangeAsync(name, _ => new CrlEntry { Url = crl.Url, Der = crl.List.Der }, context, cancellationToken);
            _lists = new Dictionary<string, NamedCrl>(lists, StringComparer.Ordinal) { [name] = crl };
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    public async ValueTask<long> DeleteAsync(string name, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var left = new Dictionary<string, NamedCrl>(_lists ??= await LoadAsync(cancellationToken), StringComparer.Ordinal);
            if (!left.Remove(name)) throw Missing(name);
            var sequence = await _entries.DeleteAsync(name, context, cancellationToken);
            _lists = left;
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>The list at an address. Throws InvalidInput when it cannot be had.</summary>
    public async ValueTask<Crl> FetchAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            var (status, body) = await system.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, OutboundHttp.RequireUrl(url, "url")), "", "", cancellationToken);
            return status == HttpStatusCode.OK ? Crl.Parse(body) : throw RequestFields.Invalid($"unexpected response code {(int)status} fetching CRL from {url}");
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Malformed)
        {
            throw RequestFields.Invalid($"failed to fetch CRL from {url}: {e.Reason}");
        }
    }

    /// <summary>
    /// The lists that a login is held against. As with Vault a list counts also when its time is over: what it revoked stays revoked, and whether a
    /// newer one can be had does not decide who may log in.
    /// </summary>
    public async ValueTask<IReadOnlyCollection<NamedCrl>> CurrentAsync(RequestContext context, CancellationToken cancellationToken)
    {
        var lists = await AllAsync(cancellationToken);
        var now = system.Time.GetUtcNow();
        var due = lists.Where(pair => pair.Value.Url.Length > 0 && (pair.Value.List.NextUpdate ?? DateTimeOffset.MinValue) <= now).ToArray();
        if (due.Length == 0 || !MayTry(now)) return lists.Values.ToArray();
        // Not stopped with the login: whoever begins one and leaves would keep the old lists for all others. A fetch ends in its own time.
        await Task.WhenAll(due.Select(pair => RenewAsync(pair.Key, pair.Value, context, CancellationToken.None)));
        return (await AllAsync(cancellationToken)).Values.ToArray();
    }

    public static SecretException Missing(string name) => RequestFields.Invalid($"no such CRL {name}");

    private async Task RenewAsync(string name, NamedCrl old, RequestContext context, CancellationToken cancellationToken)
    {
        try
        {
            var fetched = await FetchAsync(old.Url, cancellationToken);
            // Somebody may have changed or removed it meanwhile; then it is not for us to say.
            if ((await AllAsync(cancellationToken)).GetValueOrDefault(name) == old) await PutAsync(name, old with { List = fetched }, context, cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.InvalidInput)
        {
            // The old one goes on; a read of it shows that its time is over.
        }
    }

    /// <summary>Whether it is this login that fetches: others of the same minute take what there is.</summary>
    private bool MayTry(DateTimeOffset now)
    {
        var last = Interlocked.Read(ref _triedAt);
        return now.Ticks - RetryMin.Ticks >= last && Interlocked.CompareExchange(ref _triedAt, now.Ticks, last) == last;
    }

    private async ValueTask<Dictionary<string, NamedCrl>> LoadAsync(CancellationToken cancellationToken)
    {
        var lists = new Dictionary<string, NamedCrl>(StringComparer.Ordinal);
        foreach (var name in await _entries.ListAsync(cancellationToken))
        {
            if (await _entries.FindAsync(name, cancellationToken) is { } entry) lists[name] = new NamedCrl(Crl.Parse(entry.Der), entry.Url);
        }
        return lists;
    }
}
