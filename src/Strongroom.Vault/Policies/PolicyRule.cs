using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>One <c>path</c> of a policy.</summary>
/// <param name="Path">As written; may hold <c>{{…}}</c>.</param>
/// <param name="Capabilities">What it grants, or <see cref="Capability.Deny"/> alone.</param>
public sealed record PolicyRule(string Path, Capability Capabilities)
{
    /// <summary>Line in the text of the policy, from 1; 0 for a rule that was made by a program.</summary>
    public int Line { get; init; }

    /// <summary>Column of the path, from 1.</summary>
    public int Column { get; init; }

    /// <summary>What it says of parameters.</summary>
    public ParameterRules Parameters { get; init; } = ParameterRules.None;

    /// <summary>The least life of a wrapped answer; null when not asked.</summary>
    public TimeSpan? WrapTtlMin { get; init; }

    /// <summary>The longest life of a wrapped answer; null when not asked.</summary>
    public TimeSpan? WrapTtlMax { get; init; }
}
