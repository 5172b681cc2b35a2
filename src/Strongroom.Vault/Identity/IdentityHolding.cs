using Strongroom.Vault.Policies;

namespace Strongroom.Vault.Identity;

/// <summary>What an identity brings to a token.</summary>
/// <param name="EntityId">Who it is.</param>
/// <param name="Policies">The policies of the entity and its groups, sorted.</param>
/// <param name="Values">What templates in policies stand for.</param>
internal sealed record IdentityHolding(string EntityId, string[] Policies, IdentityValues Values)
{
    public static IdentityHolding Of(EntityRecord entity, IReadOnlyCollection<GroupRecord> groups)
    {
        var policies = new SortedSet<string>(entity.Policies, StringComparer.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["identity.entity.id"] = entity.Id,
            ["identity.entity.name"] = entity.Name,
        };
        Add(values, "identity.entity.metadata.", entity.Metadata);
        foreach (var alias in entity.Aliases)
        {
            var prefix = $"identity.entity.aliases.{alias.MountAccessor}.";
            values[prefix + "id"] = alias.Id;
            values[prefix + "name"] = alias.Name;
            Add(values, prefix + "metadata.", alias.Metadata);
            Add(values, prefix + "custom_metadata.", alias.CustomMetadata);
        }
        foreach (var group in groups)
        {
            policies.UnionWith(group.Policies);
            values[$"identity.groups.ids.{group.Id}.name"] = group.Name;
            values[$"identity.groups.names.{group.Name}.id"] = group.Id;
            Add(values, $"identity.groups.ids.{group.Id}.metadata.", group.Metadata);
            Add(values, $"identity.groups.names.{group.Name}.metadata.", group.Metadata);
        }
        return new IdentityHolding(entity.Id, [.. policies], new IdentityValues(values));
    }

    private static void Add(Dictionary<string, string> values, string prefix, Dictionary<string, string>? metadata)
    {
        foreach (var (key, value) in metadata ?? []) values[prefix + key] = value;
    }
}
