using Strongroom.Secrets;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>group</c>, <c>group/id/:id</c>, <c>group/name/:name</c>: makes, changes, reads, lists and removes groups.</summary>
internal static class PathGroup
{
    public static async ValueTask<VaultResponse> HandleNameAsync(IdentityCall call, string name, CancellationToken cancellationToken)
    {
        var group = await FindByNameAsync(call, name, cancellationToken);
        if (group is null && call.IsWrite) return await WriteAsync(call, null, cancellationToken, name);
        if (group is null && call.IsDelete) return VaultResponse.Done(0);
        return await HandleAsync(call, group?.Id ?? throw Missing(), cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleAsync(IdentityCall call, string id, CancellationToken cancellationToken)
    {
        if (call.IsWrite) return await WriteAsync(call, id, cancellationToken);
        if (call.IsDelete)
        {
            var deleted = await call.Store.Groups.DeleteAsync(id, call.Context, cancellationToken);
            call.Store.Touch();
            return VaultResponse.Done(deleted);
        }
        if (!call.IsRead) throw call.Unsupported();
        var all = await call.Store.Groups.AllAsync(cancellationToken);
        return Answer(all, all.GetValueOrDefault(id) ?? throw Missing());
    }

    public static async ValueTask<VaultResponse> WriteAsync(IdentityCall call, string? id, CancellationToken cancellationToken, string? name = null)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        name ??= fields.Name();
        if (fields.Text("type") is { Length: > 0 } and not "internal") throw RequestFields.Invalid("group type \"external\" is not supported: groups have their members named");
        id ??= fields.Text("id") is { Length: > 0 } given ? given : name is null ? null : (await FindByNameAsync(call, name, cancellationToken))?.Id;
        foreach (var member in fields.Names("member_entity_ids") ?? [])
        {
            if (await call.Store.FindAsync(member, cancellationToken) is null) throw RequestFields.Invalid($"invalid entity ID \"{member}\"");
        }
        var isNew = id is null;
        var key = id ?? TokenText.NewUuid(call.System.Barrier.Random);
        var after = default(GroupRecord);
        var now = call.Store.Now;
        var sequence = await call.Store.Groups.PutAsync(
            key,
            before =>
            {
                if (before is null && !isNew) throw RequestFields.Invalid("group not found from id");
                var start = before ?? new GroupRecord { Id = key, Name = "group_" + key[..8], CreatedAt = now };
                return after = start with
                {
                    Name = name ?? start.Name,
                    Metadata = fields.Metadata("metadata") ?? start.Metadata,
                    Policies = fields.Policies() ?? start.Policies,
                    MemberEntityIds = fields.Names("member_entity_ids") ?? start.MemberEntityIds,
                    MemberGroupIds = fields.Names("member_group_ids") ?? start.MemberGroupIds,
                    UpdatedAt = now,
                };
            },
            call.Context, cancellationToken);
        call.Store.Touch();
        if (!isNew) return VaultResponse.Done(sequence);
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteString("id"u8, key);
                writer.WriteString("name"u8, after!.Name);
            },
            sequence);
    }

    public static async ValueTask<VaultResponse> ListAsync(IdentityCall call, bool byName, CancellationToken cancellationToken)
    {
        if (!call.IsList) throw call.Unsupported();
        var groups = (await call.Store.Groups.AllAsync(cancellationToken)).Values.OrderBy(group => byName ? group.Name : group.Id, StringComparer.Ordinal).ToList();
        if (byName) return VaultResponse.Keys([.. groups.Select(group => group.Name)]);
        return VaultResponse.Keys([.. groups.Select(group => group.Id)], writer =>
        {
            writer.WriteStartObject("key_info"u8);
            foreach (var group in groups)
            {
                writer.WriteStartObject(group.Id);
                writer.WriteString("name"u8, group.Name);
                writer.WriteNumber("num_member_entities"u8, group.MemberEntityIds.Length);
                writer.WriteNumber("num_parent_groups"u8, groups.Count(parent => parent.MemberGroupIds.Contains(group.Id, StringComparer.Ordinal)));
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
    }

    public static async ValueTask<GroupRecord?> FindByNameAsync(IdentityCall call, string name, CancellationToken cancellationToken)
    {
        foreach (var group in (await call.Store.Groups.AllAsync(cancellationToken)).Values)
        {
            if (string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase)) return group;
        }
        return null;
    }

    public static VaultResponse Answer(IReadOnlyDictionary<string, GroupRecord> all, GroupRecord group) => VaultResponse.Ok(writer => IdentityAnswers.Write(
        writer, group, all.Values.Where(parent => parent.MemberGroupIds.Contains(group.Id, StringComparer.Ordinal)).Select(parent => parent.Id)));

    private static SecretException Missing() => new(SecretErrorKind.NotFound, "there is no such group");
}
