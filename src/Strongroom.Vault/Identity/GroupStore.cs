using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Identity;

/// <summary>All groups, in memory once one was asked for: they are few, and every token's permissions need them.</summary>
internal sealed class GroupStore(BarrierView view)
{
    /// <summary>The most groups of a vault.</summary>
    public const int CountMax = 10_000;

    private readonly RecordView<GroupRecord> _records = new(view, IdentityJson.Default.GroupRecord);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Dictionary<string, GroupRecord>? _groups;

    /// <summary>All groups by id.</summary>
    public async ValueTask<IReadOnlyDictionary<string, GroupRecord>> AllAsync(CancellationToken cancellationToken)
    {
        if (_groups is { } known) return known;
        await _change.WaitAsync(cancellationToken);
        try
        {
            return _groups ??= await LoadAsync(cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>The groups an entity is in, be it through others.</summary>
    public async ValueTask<IReadOnlyCollection<GroupRecord>> OfAsync(string entityId, CancellationToken cancellationToken)
    {
        var all = await AllAsync(cancellationToken);
        if (all.Count == 0) return [];
        var found = new Dictionary<string, GroupRecord>(StringComparer.Ordinal);
        var next = new Queue<GroupRecord>(all.Values.Where(group => group.MemberEntityIds.Contains(entityId, StringComparer.Ordinal)));
        while (next.TryDequeue(out var group))
        {
            if (!found.TryAdd(group.Id, group)) continue;
            foreach (var parent in all.Values)
            {
                if (parent.MemberGroupIds.Contains(group.Id, StringComparer.Ordinal)) next.Enqueue(parent);
            }
        }
        return found.Values;
    }

    /// <summary>Makes or changes a group. Throws InvalidInput when the name is another's or the groups would contain themselves.</summary>
    public async ValueTask<long> PutAsync(string id, Func<GroupRecord?, GroupRecord> change, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var all = _groups ??= await LoadAsync(cancellationToken);
            var stored = await _records.GetAsync("group/" + id, cancellationToken);
            var changed = change(stored?.Value);
            Require(all, changed);
            var sequence = await context.CommitAsync(commit => _records.PutListed(commit, "group/" + id, changed, stored?.Revision ?? 0), cancellationToken);
            _groups = new Dictionary<string, GroupRecord>(all, StringComparer.Ordinal) { [id] = changed };
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    public async ValueTask<long> DeleteAsync(string id, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var all = _groups ??= await LoadAsync(cancellationToken);
            if (!all.ContainsKey(id)) return 0;
            var sequence = await context.CommitAsync(commit => commit.DeleteListed(view, "group/" + id), cancellationToken);
            var left = new Dictionary<string, GroupRecord>(all, StringComparer.Ordinal);
            left.Remove(id);
            _groups = left;
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    private async ValueTask<Dictionary<string, GroupRecord>> LoadAsync(CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, GroupRecord>(StringComparer.Ordinal);
        foreach (var id in await _records.ListAsync("group/", cancellationToken))
        {
            if (await _records.GetAsync("group/" + id, cancellationToken) is { } stored) groups[id] = stored.Value;
        }
        return groups;
    }

    private static void Require(Dictionary<string, GroupRecord> all, GroupRecord changed)
    {
        if (all.Count >= CountMax && !all.ContainsKey(changed.Id)) throw RequestFields.Invalid($"there are {CountMax} groups already");
        foreach (var other in all.Values)
        {
            if (other.Id != changed.Id && string.Equals(other.Name, changed.Name, StringComparison.OrdinalIgnoreCase)) throw RequestFields.Invalid("group name is already in use");
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var below = new Stack<string>(changed.MemberGroupIds);
        while (below.TryPop(out var id))
        {
            if (string.Equals(id, changed.Id, StringComparison.Ordinal)) throw RequestFields.Invalid("cyclic relationship detected for member group ID");
            if (!seen.Add(id)) continue;
            foreach (var member in all.GetValueOrDefault(id)?.MemberGroupIds ?? throw RequestFields.Invalid($"invalid group ID \"{id}\"")) below.Push(member);
        }
    }
}
