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
        var name = fields.Name();
        var accessor = fields.Text("mount_accessor") ?? "";
        var target = fields.Text("canonical_id") ?? "";
        var table = await call.Store.Groups.TableAsync(cancellationToken);
        if (id is not null && !table.TryFindByAliasId(id, out _, out _)) throw RequestFields.Invalid("invalid group alias ID");
        if (name is null) throw RequestFields.Invalid("missing alias name");
        if (accessor.Length == 0) throw RequestFields.Invalid("missing mount_accessor");
        var fresh = call.Store.NewAlias(accessor, name);
        var madeGroup = PathGroup.NewGroup(call) with { External = true };
        var isNoChange = false;
        var owner = "";
        var sequence = await call.Store.Groups.ChangeAsync(
            groups =>
            {
                var old = id is not null && groups.TryFindByAliasId(id, out var holder, out var known) ? (Group: holder, Alias: known) : default;
                if (id is not null && old.Group is null) throw RequestFields.Invalid("invalid group alias ID");
                isNoChange = old.Alias is { } same && same.Name == name && IdentityStore.IsAt(same, accessor) && (target.Length == 0 || target == old.Group.Id);
                if (isNoChange) return [];
                var group = target.Length > 0 ? Target(groups, target) : old.Group ?? madeGroup;
                if (call.System.Mounts.Table.FindByAccessor(accessor) is not { IsAuth: true }) throw RequestFields.Invalid($"invalid mount accessor \"{accessor}\"");
                if (groups.FindByAlias(accessor, name)?.Alias is { } taken && taken.Id != id) throw RequestFields.Invalid("combination of mount and group alias name is already in use");
                owner = group.Id;
                fresh = old.Alias is null ? fresh : old.Alias with { Name = name, MountAccessor = accessor, UpdatedAt = call.Store.Now };
                group = group with { Alias = fresh, UpdatedAt = call.Store.Now };
                return old.Group is null || old.Group.Id == group.Id ? [group] : [group, old.Group with { Alias = null }];
            },
            call.Context, cancellationToken) ?? 0;
        if (isNoChange) return VaultResponse.Done(0);
        call.Store.Touch();
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteString("canonical_id"u8, owner);
                writer.WriteString("id"u8, fresh.Id);
            },
            sequence);
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
