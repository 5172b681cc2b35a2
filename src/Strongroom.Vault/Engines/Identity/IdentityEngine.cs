using Strongroom.Secrets;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Engines.Identity;

/// <summary>One request to <c>identity</c>.</summary>
internal sealed record IdentityCall(VaultSystem System, VaultRequest Request, RequestContext Context)
{
    public IdentityStore Store => System.Identity;

    public bool IsRead => Request.Operation == VaultOperation.Read;

    public bool IsList => Request.Operation == VaultOperation.List;

    public bool IsWrite => Request.Operation is VaultOperation.Create or VaultOperation.Update;

    public bool IsDelete => Request.Operation == VaultOperation.Delete;

    public SecretException Unsupported() =>
        new(SecretErrorKind.Unsupported, "unsupported operation", operation: Request.OperationName, name: Request.Path);
}

/// <summary>
/// Entities, their aliases, and groups: <c>identity</c> (https://developer.hashicorp.com/vault/api-docs/secret/identity). Each endpoint is a
/// file named after its path.
/// </summary>
internal sealed class IdentityEngine(VaultSystem system) : Engine
{
    public override string Help => "Entities, their aliases, and groups.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("entity", Update, "Makes or changes an entity."),
        new("entity/batch-delete", Update, "Deletes many entities."),
        new("entity/merge", Update, "Makes one entity of several."),
        new("entity/id", List, "The ids of all entities."),
        new("entity/id/{id}", Read | Update | Delete, "One entity, by id."),
        new("entity/name", List, "The names of all entities."),
        new("entity/name/{name}", Read | Update | Delete, "One entity, by name."),
        new("entity-alias", Update, "Makes or changes an alias of an entity."),
        new("entity-alias/id", List, "The ids of all aliases."),
        new("entity-alias/id/{id}", Read | Update | Delete, "One alias."),
        new("group", Update, "Makes or changes a group."),
        new("group/id", List, "The ids of all groups."),
        new("group/id/{id}", Read | Update | Delete, "One group, by id."),
        new("group/name", List, "The names of all groups."),
        new("group/name/{name}", Read | Update | Delete, "One group, by name."),
        new("group-alias", Update, "Makes or changes the alias of an external group."),
        new("group-alias/id", List, "The ids of all aliases of groups."),
        new("group-alias/id/{id}", Read | Update | Delete, "One alias of a group."),
        new("lookup/entity", Update, "Finds an entity by name, id or alias."),
        new("lookup/group", Update, "Finds a group by name, id or alias."),
    ];

    public override ValueTask<VaultResponse> HandleAsync(
        VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        var call = new IdentityCall(system, request, context);
        return path.TrimEnd('/').Split('/', 3) switch
        {
            ["entity"] => PathEntity.WriteAsync(call, null, cancellationToken),
            ["entity", "batch-delete"] => PathEntity.DeleteManyAsync(call, cancellationToken),
            ["entity", "merge"] => PathEntityMerge.HandleAsync(call, cancellationToken),
            ["entity", "id"] => PathEntity.ListAsync(call, byName: false, cancellationToken),
            ["entity", "name"] => PathEntity.ListAsync(call, byName: true, cancellationToken),
            ["entity", "id", var id] => PathEntity.HandleAsync(call, id, cancellationToken),
            ["entity", "name", var name] => PathEntity.HandleNameAsync(call, name, cancellationToken),
            ["entity-alias"] => PathEntityAlias.WriteAsync(call, null, cancellationToken),
            ["entity-alias", "id"] => PathEntityAlias.ListAsync(call, cancellationToken),
            ["entity-alias", "id", var id] => PathEntityAlias.HandleAsync(call, id, cancellationToken),
            ["group"] => PathGroup.WriteAsync(call, null, cancellationToken),
            ["group", "id"] => PathGroup.ListAsync(call, byName: false, cancellationToken),
            ["group", "name"] => PathGroup.ListAsync(call, byName: true, cancellationToken),
            ["group", "id", var id] => PathGroup.HandleAsync(call, id, cancellationToken),
            ["group", "name", var name] => PathGroup.HandleNameAsync(call, name, cancellationToken),
            ["group-alias"] => PathGroupAlias.WriteAsync(call, null, cancellationToken),
            ["group-alias", "id"] => PathGroupAlias.ListAsync(call, cancellationToken),
            ["group-alias", "id", var id] => PathGroupAlias.HandleAsync(call, id, cancellationToken),
            ["lookup", "entity"] => PathLookup.EntityAsync(call, cancellationToken),
            ["lookup", "group"] => PathLookup.GroupAsync(call, cancellationToken),
            _ => throw new SecretException(SecretErrorKind.NotFound, $"no handler for route '{request.Path}'", operation: request.OperationName, name: request.Path),
        };
    }
}
