using System.Diagnostics.CodeAnalysis;

namespace Strongroom.Vault.Identity;

/// <summary>All groups at one moment, found by whatever is known of them. It does not change: a change makes another.</summary>
internal sealed class GroupTable
{
    private readonly Dictionary<string, GroupRecord> _byId;
    private readonly Dictionary<string, GroupRecord> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Accessor, string Name), GroupRecord> _byAlias = [];
    private readonly Dictionary<string, GroupRecord> _byAliasId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<GroupRecord>> _byMember = new(StringComparer.Ordinal);

    public GroupTable(IEnumerable<GroupRecord> groups)
    {
        _byId = groups.ToDictionary(group => group.Id, StringComparer.Ordinal);
        foreach (var group in _byId.Values)
        {
            _byName[group.Name] = group;
            if (group.Alias is { } alias)
            {
                _byAlias[(alias.MountAccessor, alias.Name)] = group;
                _byAliasId[alias.Id] = group;
            }
            // Ids of entities and of groups are unlike each other, so that one index serves both.
            foreach (var member in group.MemberEntityIds) Add(member, group);
            foreach (var member in group.MemberGroupIds) Add(member, group);
        }
    }

    public int Count => _byId.Count;

    public IReadOnlyCollection<GroupRecord> All => _byId.Values;

    public IReadOnlyCollection<string> AliasIds => _byAliasId.Keys;

    public GroupRecord? Find(string id) => _byId.GetValueOrDefault(id);

    public GroupRecord? FindByName(string name) => _byName.GetValueOrDefault(name);

    public GroupRecord? FindByAlias(string accessor, string name) => _byAlias.GetValueOrDefault((accessor, name));

    /// <summary>The group with this alias, and the alias.</summary>
    public bool TryFindByAliasId(string aliasId, [NotNullWhen(true)] out GroupRecord? group, [NotNullWhen(true)] out AliasRecord? alias)
    {
        group = _byAliasId.GetValueOrDefault(aliasId);
        alias = group?.Alias;
        return alias is not null;
    }

    /// <summary>The groups that name this entity or group as their member.</summary>
    public IReadOnlyList<GroupRecord> DirectlyOf(string memberId) => _byMember.TryGetValue(memberId, out var groups) ? groups : [];

    /// <summary>The groups an entity is in, be it through others.</summary>
    public IReadOnlyCollection<GroupRecord> Of(string entityId)
    {
        if (!_byMember.ContainsKey(entityId)) return [];
        var found = new Dictionary<string, GroupRecord>(StringComparer.Ordinal);
        var next = new Queue<GroupRecord>(DirectlyOf(entityId));
        while (next.TryDequeue(out var group))
        {
            if (!found.TryAdd(group.Id, group)) continue;
            foreach (var parent in DirectlyOf(group.Id)) next.Enqueue(parent);
        }
        return found.Values;
    }

    /// <summary>The table with these groups put in the place of those with the same ids, and without the removed one.</summary>
    public GroupTable With(IReadOnlyCollection<GroupRecord> changed, string? removed = null)
    {
        var groups = new Dictionary<string, GroupRecord>(_byId, StringComparer.Ordinal);
        foreach (var group in changed) groups[group.Id] = group;
        if (removed is not null) groups.Remove(removed);
        return new GroupTable(groups.Values);
    }

    private void Add(string member, GroupRecord group)
    {
        if (!_byMember.TryGetValue(member, out var groups)) _byMember[member] = groups = [];
        if (!groups.Contains(group)) groups.Add(group);
    }
}
