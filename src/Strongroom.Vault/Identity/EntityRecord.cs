using System.Text.Json.Serialization;

namespace Strongroom.Vault.Identity;

/// <summary>
/// A person or program, however it logs in. Times are Unix seconds. A member that came later is null in what was stored before, which its
/// initialiser mends.
/// </summary>
internal sealed record EntityRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>What its tokens may do besides their own policies.</summary>
    public string[] Policies { get; set; } = [];

    /// <summary>Whether it may neither log in nor use its tokens.</summary>
    public bool Disabled { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>The names that auth mounts know it by, one for each mount.</summary>
    public AliasRecord[] Aliases { get; set; } = [];

    /// <summary>Entities that became part of this one.</summary>
    public string[] MergedEntityIds { get; set; } = [];
}

/// <summary>The name that one auth mount knows an entity or an external group by.</summary>
internal sealed record AliasRecord
{
    public required string Id { get; init; }

    public required string MountAccessor { get; init; }

    public required string Name { get; init; }

    /// <summary>What the last login said.</summary>
    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>What an administrator says.</summary>
    public Dictionary<string, string>? CustomMetadata { get; init; }

    /// <summary>Entities that it belonged to before they were merged.</summary>
    public string[] MergedFrom { get; set; } = [];

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }
}

/// <summary>Entities that share policies.</summary>
internal sealed record GroupRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    public string[] Policies { get; set; } = [];

    /// <summary>Whether logins say who is a member: those of the mount that <see cref="Alias"/> names.</summary>
    public bool External { get; init; }

    /// <summary>The name that a mount's logins tell an external group by.</summary>
    public AliasRecord? Alias { get; init; }

    public string[] MemberEntityIds { get; set; } = [];

    /// <summary>Groups whose members are members of this one.</summary>
    public string[] MemberGroupIds { get; set; } = [];

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }
}

/// <summary>How identities are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(EntityRecord))]
[JsonSerializable(typeof(GroupRecord))]
internal sealed partial class IdentityJson : JsonSerializerContext;
