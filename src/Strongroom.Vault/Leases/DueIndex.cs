using System.Globalization;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Leases;

/// <summary>
/// What ends when: entries in folders by the quarter of an hour of their end, so that looking for what is due reads only folders whose
/// time is over, however much there is in all. An entry is a hint: whoever follows it looks at the thing itself, which may
/// have been renewed or be gone.
/// </summary>
internal sealed class DueIndex(VaultBarrier barrier)
{
    /// <summary>Seconds in one folder.</summary>
    public const long SlotSeconds = 15 * 60;

    private readonly BarrierView _view = barrier.View("sys/due/");

    // No lease begins so: a lease's id is a path.
    private const char EngineMark = '!';

    /// <summary>The time of what is due whatever the clock says: what was begun and must be finished.</summary>
    public const long AtOnce = 0;

    /// <summary>Notes that a lease ends at a time (Unix seconds).</summary>
    public void Put(BarrierCommit commit, long endsAt, string lease) => commit.PutListed(_view, Slot(endsAt) + Key(lease), default);

    /// <summary>Notes that something of an engine ends at a time; <see cref="Requests.Engine.SettleAsync"/> is told its name then.</summary>
    public void Put(BarrierCommit commit, long endsAt, string mountId, string name) => Put(commit, endsAt, $"{EngineMark}{mountId}/{name}");

    /// <summary>The mount and name of what an engine noted; null for a lease.</summary>
    public static (string MountId, string Name)? EngineOf(string lease)
    {
        if (!lease.StartsWith(EngineMark)) return null;
        var slash = lease.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? null : (lease[1..slash], lease[(slash + 1)..]);
    }

    /// <summary>The slots that are over by now, oldest first, as folders to <see cref="ListAsync"/>.</summary>
    public async ValueTask<List<string>> PastAsync(long now, CancellationToken cancellationToken)
    {
        var slots = await _view.ListAsync("", cancellationToken);
        var current = Slot(now);
        slots.RemoveAll(slot => string.CompareOrdinal(slot, current) >= 0);
        return slots;
    }

    /// <summary>The leases that may end in a slot.</summary>
    public async ValueTask<List<string>> ListAsync(string slot, CancellationToken cancellationToken)
    {
        var keys = await _view.ListAsync(slot, cancellationToken);
        for (var i = 0; i < keys.Count; i++) keys[i] = Lease(keys[i]);
        return keys;
    }

    /// <summary>Removes hints of a slot.</summary>
    public void Delete(BarrierCommit commit, string slot, string lease) => commit.DeleteListed(_view, slot + Key(lease));

    /// <summary>Ten digits: the order of the names is the order of time.</summary>
    private static string Slot(long time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(time, 0) / SlotSeconds:d10}/");

    // A lease id is a path; here it is one name, so that a slot is one folder.
    private static string Key(string lease) => lease.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string Lease(string key) => key.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
