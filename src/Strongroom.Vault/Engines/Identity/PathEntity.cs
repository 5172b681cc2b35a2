using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>entity</c>, <c>entity/id/:id</c>, <c>entity/name/:name</c>: makes, changes, reads, lists and removes entities.</summary>
internal static class PathEntity
{
    private const int DeletedMax = 500;

    public static async ValueTask<VaultResponse> HandleNameAsync(IdentityCall call, string name, CancellationToken cancellationToken)
    {
        var entity = await call.Store.FindByNameAsync(name, cancellationToken);
        if (entity is null && call.IsWrite) return await WriteAsync(call, null, cancellationToken, name);
        if (entity is null && call.IsDelete) return VaultResponse.Done(0);
        return await HandleAsync(call, entity?.Id ?? throw IdentityStore.Missing(), cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleAsync(IdentityCall call, string id, CancellationToken cancellationToken)
    {
        if (call.IsWrite) return await WriteAsync(call, id, cancellationToken);
        if (call.IsDelete) return VaultResponse.Done(await call.Store.DeleteAsync([id], call.Context, cancellationToken));
        if (!call.IsRead) throw call.Unsupported();
        return await AnswerAsync(call, await call.Store.FindAsync(id, cancellationToken) ?? throw IdentityStore.Missing(), cancellationToken);
    }

    /// <summary>Makes an entity, or changes the one that id or name says.</summary>
    public static async ValueTask<VaultResponse> WriteAsync(IdentityCall call, string? id, CancellationToken cancellationToken, string? name = null)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        name ??= fields.Name();
        id ??= fields.Text("id") is { Length: > 0 } given ? given : name is null ? null : (await call.Store.FindByNameAsync(name, cancellationToken))?.Id;
        if (id is not null)
        {
            if (await call.Store.FindAsync(id, cancellationToken) is null) throw RequestFields.Invalid("entity not found from id");
            return VaultResponse.Done(await call.Store.ChangeAsync(id, entity => Merge(entity, fields, name), call.Context, cancellationToken));
        }
        var fresh = call.Store.New("");
        var made = Merge(fresh, fields, name ?? "entity_" + fresh.Id[..8]);
        var sequence = await call.Store.AddAsync(made, call.Context, cancellationToken);
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteNull("aliases"u8);
                writer.WriteString("id"u8, made.Id);
                writer.WriteString("name"u8, made.Name);
            },
            sequence);
    }

    public static async ValueTask<VaultResponse> DeleteManyAsync(IdentityCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var ids = fields.Names("entity_ids") ?? [];
        if (ids.Length is 0 or > DeletedMax) throw RequestFields.Invalid($"entity_ids has 1 to {DeletedMax} ids");
        return VaultResponse.Done(await call.Store.DeleteAsync(ids, call.Context, cancellationToken));
    }

    public static async ValueTask<VaultResponse> ListAsync(IdentityCall call, bool byName, CancellationToken cancellationToken)
    {
        if (!call.IsList) throw call.Unsupported();
        var entities = new List<EntityRecord>();
        foreach (var id in await call.Store.ListAsync(cancellationToken))
        {
            if (await call.Store.FindAsync(id, cancellationToken) is { } entity) entities.Add(entity);
        }
        if (byName) return VaultResponse.Keys([.. entities.Select(entity => entity.Name).Order(StringComparer.Ordinal)]);
        return VaultResponse.Keys([.. entities.Select(entity => entity.Id)], writer =>
        {
            writer.WriteStartObject("key_info"u8);
            foreach (var entity in entities)
            {
                writer.WriteStartObject(entity.Id);
                IdentityAnswers.WriteAliasSummaries(writer, call.System, entity);
                writer.WriteString("name"u8, entity.Name);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
    }

    public static async ValueTask<VaultResponse> AnswerAsync(IdentityCall call, EntityRecord entity, CancellationToken cancellationToken)
    {
        var groups = (await call.Store.Groups.TableAsync(cancellationToken)).Of(entity.Id);
        return VaultResponse.Ok(writer => IdentityAnswers.Write(writer, call.System, entity, groups));
    }

    private static EntityRecord Merge(EntityRecord entity, RequestFields fields, string? name) => entity with
    {
        Name = name ?? entity.Name,
        Metadata = fields.Metadata("metadata") ?? entity.Metadata,
        Policies = fields.Policies() ?? entity.Policies,
        Disabled = fields.Flag("disabled") ?? entity.Disabled,
    };
}
