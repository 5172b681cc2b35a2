using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>group-alias</c>, <c>group-alias/id/:id</c>: ties the names of groups in the logins of a mount to external groups.</summary>
internal static class PathGroupAlias
{
    public static async ValueTask<VaultResponse> HandleAsync(IdentityCall call, string id, CancellationToken cancellationToken)
    {
        if (call.IsWrite) return await WriteAsync(call, id, cancellationToken);
        if (call.IsDelete) return await DeleteAsync(call, id, cancellationToken);
        if (!call.IsRead) throw call.Unsupported();
        return (await call.Store.Groups.TableAsync(cancellationToken)).TryFindByAliasId(id, out var group, out var alias)
            ? VaultResponse.Ok(writer => IdentityAnswers.Write(writer, call.System, group.Id, alias))
            : throw IdentityStore.Missing();
    }

    public static async ValueTask<VaultResponse> ListAsync(IdentityCall call, CancellationToken cancellationToken)
    {
        if (!call.IsList) throw call.Unsupported();
        var table = await call.Store.Groups.TableAsync(cancellationToken);
        var ids = table.AliasIds.Order(StringComparer.Ordinal).ToList();
        return VaultResponse.Keys(ids, writer =>
        {
            writer.WriteStartObject("key_info"u8);
            foreach (var id in ids)
            {
                if (table.TryFindByAliasId(id, out var group, out var alias)) IdentityAnswers.WriteSummary(writer, id, call.System, alias, group.Id);
            }
            writer.WriteEndObject();
        });
    }

    /// <summary>Makes an alias, for the external group that is named or a new one; or changes or moves the one with this id.</summary>
    public static async ValueTask<VaultResponse> WriteAsync(IdentityCall call, string? id, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        id ??= fields.Text("id") is { Length: > 0 } given ? given : null;
        if (id is not null && !(await call.Store.Groups.TableAsync(cancellationToken)).TryFindByAliasId(id, out _, out _)) throw RequestFields.Invalid("invalid group alias ID");
        var name = fields.Name() ?? throw RequestFields.Invalid("missing alias name");
        var accessor = fields.Text("mount_accessor") is { Length: > 0 } named ? named : throw RequestFields.Invalid("missing mount_accessor");
        var target = fields.Text("canonical_id") ?? "";
        IReadOnlyList<GroupRecord> changed = [];
        var sequence = await call.Store.Groups.ChangeAsync(groups => changed = Change(call, groups, id, name, accessor, target), call.Context, cancellationToken);
        if (changed is not [var owner, ..]) return VaultResponse.Done(0);
        call.Store.Touch();
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteString("canonical_id"u8, owner.Id);
                writer.WriteString("id"u8, owner.Alias!.Id);
            },
            sequence ?? 0);
    }

    /// <summary>The group that has the alias from here on, and the one that had it; nothing when all is as it is to be.</summary>
    private static IReadOnlyList<GroupRecord> Change(IdentityCall call, GroupTable groups, string? id, string name, string accessor, string target)
    {
        var (before, alias) = id is null ? default : groups.TryFindByAliasId(id, out var holder, out var known) ? (holder, known) : throw RequestFields.Invalid("invalid group alias ID");
        if (alias is not null && alias.Name == name && IdentityStore.IsAt(alias, accessor) && (target.Length == 0 || target == before!.Id)) return [];
        var after = target.Length > 0 ? Target(groups, target) : before ?? PathGroup.NewGroup(call) with { External = true };
        if (call.System.Mounts.Table.FindByAccessor(accessor) is not { IsAuth: true }) throw RequestFields.Invalid($"invalid mount accessor \"{accessor}\"");
        if (groups.FindByAlias(accessor, name)?.Alias is { } taken && taken.Id != id) throw RequestFields.Invalid("combination of mount and group alias name is already in use");
        var now = call.Store.Now;
        after = after with { Alias = (alias ?? call.Store.NewAlias(accessor, name)) with { Name = name, MountAccessor = accessor, UpdatedAt = now }, UpdatedAt = now };
        return before is null || before.Id == after.Id ? [after] : [after, before with { Alias = null, UpdatedAt = now }];
    }

    private static async ValueTask<VaultResponse> DeleteAsync(IdentityCall call, string id, CancellationToken cancellationToken)
    {
        // Its members stay until they log in again: then nobody says any more that they are.
        var sequence = await call.Store.Groups.ChangeAsync(
            groups => groups.TryFindByAliasId(id, out var group, out _) ? [group with { Alias = null, UpdatedAt = call.Store.Now }] : [], call.Context, cancellationToken);
        return VaultResponse.Done(sequence ?? 0);
    }

    private static GroupRecord Target(GroupTable groups, string id)
    {
        var group = groups.Find(id) ?? throw RequestFields.Invalid("invalid group ID given in 'canonical_id'");
        return group.External ? group : throw RequestFields.Invalid("alias can't be set on an internal group");
    }
}
