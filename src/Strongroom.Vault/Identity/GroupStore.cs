using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Identity;

/// <summary>
/// All groups, in memory once one was asked for: they are few, and every token's permissions need them. Changes are made one after the other;
/// this process is the only one that makes them.
/// </summary>
internal sealed class GroupStore(BarrierView view)
{
    /// <summary>The most groups of a vault.</summary>
    public const int CountMax = 10_000;

    /// <summary>The most entities of a group: it is one entry in storage.</summary>
    public const int MembersMax = 40_000;

    // A group takes two of the steps that a commit has, its entry and the marker of its folder; what goes along takes some.
    private const int ChangedAtOnceMax = BarrierCommit.StepsMax / 4;

    private readonly RecordView<GroupRecord> _records = new(view, IdentityJson.Default.GroupRecord);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile GroupTable? _table;

    /// <summary>All groups as they are now.</summary>
    public async ValueTask<GroupTable> TableAsync(CancellationToken cancellationToken)
    {
        if (_table is { } known) return known;
        await _change.WaitAsync(cancellationToken);
        try
        {
            return _table ??= await LoadAsync(cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Makes or changes one group. Throws as <see cref="ChangeAsync"/> does.</summary>
    public async ValueTask<long> PutAsync(string id, Func<GroupTable, GroupRecord?, GroupRecord> change, RequestContext context, CancellationToken cancellationToken) =>
        await ChangeAsync(table => [change(table, table.Find(id))], context, cancellationToken) ?? throw BarrierCommit.Raced();

    /// <summary>
    /// Stores the groups that <paramref name="change"/> makes of all groups, in one commit together with what <paramref name="more"/> adds.
    /// Returns its sequence, 0 when nothing changes, null when what <paramref name="more"/> expected did not hold. Throws InvalidInput when a name
    /// is another's, when groups would contain themselves, and for more than one commit takes.
    /// </summary>
    public async ValueTask<long?> ChangeAsync(
        Func<GroupTable, IReadOnlyCollection<GroupRecord>> change, RequestContext context, CancellationToken cancellationToken, Action<BarrierCommit>? more = null)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var table = _table ??= await LoadAsync(cancellationToken);
            var changed = change(table);
            if (changed.Count == 0 && more is null) return 0;
            if (changed.Count > ChangedAtOnceMax) throw RequestFields.Invalid($"more than {ChangedAtOnceMax} groups would change at once");
            foreach (var group in changed) Require(table, group);
            var commit = context.BeginCommit();
            foreach (var group in changed) _records.PutListed(commit, "group/" + group.Id, group);
            more?.Invoke(commit);
            if (await commit.CommitAsync(cancellationToken) is not { } sequence) return null;
            if (changed.Count > 0) _table = table.With(changed);
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>
    /// Makes all changes that <paramref name="change"/> finds, in as many commits as it takes: it is asked again until it finds none. Returns the
    /// sequence of the last, 0 when nothing changes.
    /// </summary>
    public async ValueTask<long> ChangeAllAsync(Func<GroupTable, List<GroupRecord>> change, RequestContext context, CancellationToken cancellationToken)
    {
        var sequence = 0L;
        while (await ChangeAsync(table => First(change(table)), context, cancellationToken) is > 0 and var done) sequence = done;
        return sequence;
    }

    public async ValueTask<long> DeleteAsync(string id, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var table = _table ??= await LoadAsync(cancellationToken);
            if (table.Find(id) is null) return 0;
            var sequence = await context.CommitAsync(commit => commit.DeleteListed(view, "group/" + id), cancellationToken);
            _table = table.With([], removed: id);
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    private static List<GroupRecord> First(List<GroupRecord> changed) => changed.Count > ChangedAtOnceMax ? changed[..ChangedAtOnceMax] : changed;

    private async ValueTask<GroupTable> LoadAsync(CancellationToken cancellationToken)
    {
        var groups = new List<GroupRecord>();
        foreach (var id in await _records.ListAsync("group/", cancellationToken))
        {
            if (await _records.GetAsync("group/" + id, cancellationToken) is { } stored) groups.Add(stored.Value);
        }
        return new GroupTable(groups);
    }

    private static void Require(GroupTable table, GroupRecord changed)
    {
        if (table.Count >= CountMax && table.Find(changed.Id) is null) throw RequestFields.Invalid($"there are {CountMax} groups already");
        if (changed.MemberEntityIds.Length > MembersMax) throw RequestFields.Invalid($"a group has up to {MembersMax} entities");
        if (table.FindByName(changed.Name) is { } other && other.Id != changed.Id) throw RequestFields.Invalid("group name is already in use");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var below = new Stack<string>(changed.MemberGroupIds);
        while (below.TryPop(out var id))
        {
            if (string.Equals(id, changed.Id, StringComparison.Ordinal)) throw RequestFields.Invalid("cyclic relationship detected for member group ID");
            if (!seen.Add(id)) continue;
            foreach (var member in table.Find(id)?.MemberGroupIds ?? throw RequestFields.Invalid($"invalid group ID \"{id}\"")) below.Push(member);
        }
    }
}
