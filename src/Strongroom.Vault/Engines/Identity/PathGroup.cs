using Strongroom.Secrets;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>group</c>, <c>group/id/:id</c>, <c>group/name/:name</c>: makes, changes, reads, lists and removes groups.</summary>
internal static class PathGroup
{
    public const string Internal = "internal";
    public const string External = "external";

    public static async ValueTask<VaultResponse> HandleNameAsync(IdentityCall call, string name, CancellationToken cancellationToken)
    {
        var group = (await call.Store.Groups.TableAsync(cancellationToken)).FindByName(name);
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
        var table = await call.Store.Groups.TableAsync(cancellationToken);
        return Answer(call, table, table.Find(id) ?? throw Missing());
    }

    public static async ValueTask<VaultResponse> WriteAsync(IdentityCall call, string? id, CancellationToken cancellationToken, string? name = null)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        name ??= fields.Name();
        id ??= fields.Text("id") is { Length: > 0 } given ? given : name is null ? null : (await call.Store.Groups.TableAsync(cancellationToken)).FindByName(name)?.Id;
        var members = fields.Names("member_entity_ids") ?? [];
        if (members.Length > GroupStore.MembersMax) throw RequestFields.Invalid($"a group has up to {GroupStore.MembersMax} entities");
        foreach (var member in members)
        {
            if (await call.Store.FindAsync(member, cancellationToken) is null) throw RequestFields.Invalid($"invalid entity ID \"{member}\"");
        }
        var fresh = id is null ? NewGroup(call) : null;
        var after = fresh;
        var sequence = await call.Store.Groups.PutAsync(
            id ?? fresh!.Id,
            (_, before) => after = Merge(before ?? fresh ?? throw RequestFields.Invalid("invalid group ID"), fields, name, isNew: fresh is not null) with { UpdatedAt = call.Store.Now },
            call.Context, cancellationToken);
        call.Store.Touch();
        if (fresh is null) return VaultResponse.Done(sequence);
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteString("id"u8, after!.Id);
                writer.WriteString("name"u8, after.Name);
            },
            sequence);
    }

    public static async ValueTask<VaultResponse> ListAsync(IdentityCall call, bool byName, CancellationToken cancellationToken)
    {
        if (!call.IsList) throw call.Unsupported();
        var table = await call.Store.Groups.TableAsync(cancellationToken);
        var groups = table.All.OrderBy(group => byName ? group.Name : group.Id, StringComparer.Ordinal).ToList();
        if (byName) return VaultResponse.Keys([.. groups.Select(group => group.Name)]);
        return VaultResponse.Keys([.. groups.Select(group => group.Id)], writer =>
        {
            writer.WriteStartObject("key_info"u8);
            foreach (var group in groups)
            {
                writer.WriteStartObject(group.Id);
                if (group.Alias is { } alias) IdentityAnswers.WriteSummary(writer, "alias", call.System, alias);
                writer.WriteString("name"u8, group.Name);
                writer.WriteNumber("num_member_entities"u8, group.MemberEntityIds.Length);
                writer.WriteNumber("num_parent_groups"u8, table.DirectlyOf(group.Id).Count);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
    }

    /// <summary>A new group, not stored yet.</summary>
    public static GroupRecord NewGroup(IdentityCall call)
    {
        var id = TokenText.NewUuid(call.System.Barrier.Random);
        return new GroupRecord { Id = id, Name = "group_" + id[..8], CreatedAt = call.Store.Now, UpdatedAt = call.Store.Now };
    }

    public static VaultResponse Answer(IdentityCall call, GroupTable table, GroupRecord group) =>
        VaultResponse.Ok(writer => IdentityAnswers.Write(writer, call.System, group, table.DirectlyOf(group.Id)));

    private static GroupRecord Merge(GroupRecord group, RequestFields fields, string? name, bool isNew)
    {
        var type = fields.Text("type") is { Length: > 0 } given ? given : null;
        if (type is not (null or Internal or External)) throw RequestFields.Invalid($"invalid group type \"{type}\"");
        if (isNew) group = group with { External = type == External };
        else if (type is not null && type != (group.External ? External : Internal)) throw RequestFields.Invalid("group type cannot be changed");
        if (group.External && fields.Has("member_entity_ids")) throw RequestFields.Invalid("member entities can't be set manually for external groups");
        if (group.External && fields.Has("member_group_ids")) throw RequestFields.Invalid("member groups can't be set for external groups");
        return group with
        {
            Name = name ?? group.Name,
            Metadata = fields.Metadata("metadata") ?? group.Metadata,
            Policies = fields.Policies() ?? group.Policies,
            MemberEntityIds = fields.Names("member_entity_ids") ?? group.MemberEntityIds,
            MemberGroupIds = fields.Names("member_group_ids") ?? group.MemberGroupIds,
        };
    }

    private static SecretException Missing() => new(SecretErrorKind.NotFound, "there is no such group");
}
