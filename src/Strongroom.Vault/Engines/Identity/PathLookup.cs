using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>lookup/entity</c>, <c>lookup/group</c>: finds by whatever is known. Nothing found is an empty answer.</summary>
internal static class PathLookup
{
    public static async ValueTask<VaultResponse> EntityAsync(IdentityCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        fields.Know("alias_id", "alias_mount_accessor", "alias_name");
        var entity = fields.Text("id") is { Length: > 0 } id ? await call.Store.FindAsync(id, cancellationToken)
            : fields.Text("name") is { Length: > 0 } name ? await call.Store.FindByNameAsync(name, cancellationToken)
            : await ByAliasAsync(call, fields, cancellationToken);
        return entity is null ? VaultResponse.Done(0) : await PathEntity.AnswerAsync(call, entity, cancellationToken);
    }

    public static async ValueTask<VaultResponse> GroupAsync(IdentityCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        fields.Know("alias_id", "alias_mount_accessor", "alias_name");
        var table = await call.Store.Groups.TableAsync(cancellationToken);
        var group = fields.Text("id") is { Length: > 0 } id ? table.Find(id)
            : fields.Text("name") is { Length: > 0 } name ? table.FindByName(name)
            : fields.Text("alias_id") is { Length: > 0 } aliasId ? (table.TryFindByAliasId(aliasId, out var owner, out _) ? owner : null)
            : fields.Text("alias_name") is { Length: > 0 } alias && fields.Text("alias_mount_accessor") is { Length: > 0 } accessor ? table.FindByAlias(accessor, alias)
            : throw RequestFields.Invalid("query parameter not supplied");
        return group is null ? VaultResponse.Done(0) : PathGroup.Answer(call, table, group);
    }

    private static async ValueTask<EntityRecord?> ByAliasAsync(IdentityCall call, RequestFields fields, CancellationToken cancellationToken)
    {
        var owner = fields.Text("alias_id") is { Length: > 0 } aliasId ? await call.Store.FindByAliasIdAsync(aliasId, cancellationToken)
            : fields.Text("alias_name") is { Length: > 0 } alias && fields.Text("alias_mount_accessor") is { Length: > 0 } accessor
                ? await call.Store.FindByAliasAsync(accessor, alias, cancellationToken)
                : throw RequestFields.Invalid("query parameter not supplied");
        return owner is null ? null : await call.Store.FindAsync(owner, cancellationToken);
    }
}
