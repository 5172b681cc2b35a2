namespace Strongroom.Vault.Identity;

/// <summary>Which groups change, and how, when an entity logs in, is merged or ends.</summary>
internal static class GroupMembers
{
    /// <summary>
    /// The external groups that change by a login: it joins those whose alias this mount knows by a name that was told, and leaves the others of
    /// this mount, and those that have no alias any more. Groups of other mounts stay as their own logins left them.
    /// </summary>
    public static List<GroupRecord> AfterLogin(GroupTable table, string entityId, string accessor, IReadOnlyList<string> told)
    {
        var changed = new List<GroupRecord>();
        var joined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in told)
        {
            if (table.FindByAlias(accessor, name) is not { External: true } group || !joined.Add(group.Id)) continue;
            if (!group.MemberEntityIds.Contains(entityId, StringComparer.Ordinal)) changed.Add(group with { MemberEntityIds = [.. group.MemberEntityIds, entityId] });
        }
        foreach (var group in table.DirectlyOf(entityId))
        {
            if (!group.External || joined.Contains(group.Id)) continue;
            if (group.Alias is null || IdentityStore.IsAt(group.Alias, accessor)) changed.Add(Without(group, [entityId]));
        }
        return changed;
    }

    /// <summary>The groups that lose these entities, which are no more.</summary>
    public static List<GroupRecord> Without(GroupTable table, IReadOnlyCollection<string> entityIds)
    {
        var changed = new Dictionary<string, GroupRecord>(StringComparer.Ordinal);
        foreach (var id in entityIds)
        {
            foreach (var group in table.DirectlyOf(id)) changed.TryAdd(group.Id, Without(group, entityIds));
        }
        return [.. changed.Values];
    }

    /// <summary>The groups in which another entity takes the place of these.</summary>
    public static List<GroupRecord> Replaced(GroupTable table, IReadOnlyCollection<string> entityIds, string by)
    {
        var changed = Without(table, entityIds);
        for (var i = 0; i < changed.Count; i++)
        {
            if (!changed[i].MemberEntityIds.Contains(by, StringComparer.Ordinal)) changed[i] = changed[i] with { MemberEntityIds = [.. changed[i].MemberEntityIds, by] };
        }
        return changed;
    }

    private static GroupRecord Without(GroupRecord group, IReadOnlyCollection<string> entityIds) =>
        group with { MemberEntityIds = Array.FindAll(group.MemberEntityIds, id => !entityIds.Contains(id, StringComparer.Ordinal)) };
}
