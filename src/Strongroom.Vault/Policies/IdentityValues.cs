namespace Strongroom.Vault.Policies;

/// <summary>
/// What <c>{{…}}</c> in a path stands for, by the whole parameter: <c>identity.entity.id</c>, <c>identity.entity.name</c>,
/// <c>identity.entity.metadata.team</c>, <c>identity.entity.aliases.auth_userpass_1.name</c>, <c>identity.groups.ids.….name</c>.
/// </summary>
/// <param name="values">The values that the caller has; a parameter that is not there has none.</param>
public sealed class IdentityValues(IReadOnlyDictionary<string, string> values)
{
    /// <summary>A caller without an identity.</summary>
    public static IdentityValues None { get; } = new(new Dictionary<string, string>());

    /// <summary>The value of a parameter; null when the caller has none.</summary>
    public string? Find(string parameter) => values.GetValueOrDefault(parameter);
}
