using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>entity-alias</c>, <c>entity-alias/id/:id</c>: ties the names that auth mounts know people by to entities.</summary>
internal static class PathEntityAlias
{
    public static async ValueTask<VaultResponse> HandleAsync(IdentityCall call, string id, CancellationToken cancellationToken)
    {
        if (call.IsWrite) return await WriteAsync(call, id, cancellationToken);
        var owner = await call.Store.FindByAliasIdAsync(id, cancellationToken);
        if (call.IsDelete)
        {
            return VaultResponse.Done(owner is null ? 0 : await call.Store.ChangeAsync(
                owner, entity => entity with { Aliases = Without(entity, id) }, call.Context, cancellationToken));
        }
        if (!call.IsRead) throw call.Unsupported();
        var found = owner is null ? null : await call.Store.FindAsync(owner, cancellationToken);
        if (found is null || Array.Find(found.Aliases, alias => alias.Id == id) is not { } alias) throw IdentityStore.Missing();
        return VaultResponse.Ok(writer => IdentityAnswers.Write(writer, call.System, found.Id, alias));
    }

    public static async ValueTask<VaultResponse> ListAsync(IdentityCall call, CancellationToken cancellationToken) =>
        call.IsList ? VaultResponse.Keys(await call.Store.ListAliasesAsync(cancellationToken)) : throw call.Unsupported();

    /// <summary>Makes an alias, for an entity or a new one; or changes or moves the one that id, or mount and name, say.</summary>
    public static async ValueTask<VaultResponse> WriteAsync(IdentityCall call, string? id, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        id ??= fields.Text("id") is { Length: > 0 } given ? given : null;
        var (owner, old) = await FindAsync(call, id, fields, cancellationToken);
        var name = fields.Name() ?? old?.Name ?? throw RequestFields.Invalid("missing alias name");
        var accessor = fields.Text("mount_accessor") is { Length: > 0 } named ? named : old?.MountAccessor ?? throw RequestFields.Invalid("missing mount_accessor");
        if (call.System.Mounts.Table.FindByAccessor(accessor) is not { IsAuth: true }) throw RequestFields.Invalid($"invalid mount accessor \"{accessor}\"");
        var alias = (old ?? call.Store.NewAlias(accessor, name)) with
        {
            Name = name,
            MountAccessor = accessor,
            CustomMetadata = fields.Metadata("custom_metadata") ?? old?.CustomMetadata,
            UpdatedAt = call.Store.Now,
        };
        var target = fields.Text("canonical_id") ?? fields.Text("entity_id") ?? "";
        var sequence = await PutAsync(call, owner, target, alias, cancellationToken);
        var holder = await call.Store.FindByAliasIdAsync(alias.Id, cancellationToken) ?? throw IdentityStore.Missing();
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteString("canonical_id"u8, holder);
                writer.WriteString("id"u8, alias.Id);
            },
            sequence);
    }

    private static async ValueTask<long> PutAsync(IdentityCall call, EntityRecord? owner, string target, AliasRecord alias, CancellationToken cancellationToken)
    {
        if (owner is not null && (target.Length == 0 || target == owner.Id))
            return await call.Store.ChangeAsync(owner.Id, entity => With(entity, alias), call.Context, cancellationToken);
        if (target.Length > 0 && await call.Store.FindAsync(target, cancellationToken) is null) throw RequestFields.Invalid("invalid canonical ID");
        // Moving takes two commits. In between the alias belongs to nobody: whoever logs in then becomes a new entity without rights.
        if (owner is not null)
            await call.Store.ChangeAsync(owner.Id, entity => entity with { Aliases = Without(entity, alias.Id) }, call.Context, cancellationToken);
        if (target.Length > 0) return await call.Store.ChangeAsync(target, entity => With(entity, alias), call.Context, cancellationToken);
        var made = call.Store.New("entity_" + alias.Id[..8]) with { Aliases = [alias] };
        return await call.Store.AddAsync(made, call.Context, cancellationToken);
    }

    private static async ValueTask<(EntityRecord? Owner, AliasRecord? Alias)> FindAsync(
        IdentityCall call, string? id, RequestFields fields, CancellationToken cancellationToken)
    {
        var owner = id is not null ? await call.Store.FindByAliasIdAsync(id, cancellationToken) ?? throw RequestFields.Invalid("invalid alias ID")
            : await call.Store.FindByAliasAsync(fields.Text("mount_accessor") ?? "", fields.Text("name") ?? "", cancellationToken);
        if (owner is null || await call.Store.FindAsync(owner, cancellationToken) is not { } entity) return (null, null);
        return (entity, Array.Find(entity.Aliases, alias => id is not null ? alias.Id == id : IdentityStore.IsAt(alias, fields.Text("mount_accessor")!)));
    }

    /// <summary>CVE-2021-43998: with two aliases of one mount, a template stood for the wrong one. So there is one.</summary>
    private static EntityRecord With(EntityRecord entity, AliasRecord alias)
    {
        var others = Without(entity, alias.Id);
        return Array.Exists(others, other => IdentityStore.IsAt(other, alias.MountAccessor))
            ? throw RequestFields.Invalid("Entity already has an alias for this mount")
            : entity with { Aliases = [.. others, alias] };
    }

    private static AliasRecord[] Without(EntityRecord entity, string aliasId) =>
        Array.FindAll(entity.Aliases, alias => !string.Equals(alias.Id, aliasId, StringComparison.Ordinal));
}
