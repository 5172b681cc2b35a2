namespace Strongroom.Vault.Policies;

/// <summary>Why a request is allowed or not.</summary>
public enum AclOutcome
{
    /// <summary>No rule fits the path.</summary>
    NoRule,

    /// <summary>The path holds empty or dot segments, which no rule can speak of.</summary>
    UnclearPath,

    /// <summary>The rule denies.</summary>
    Denied,

    /// <summary>The rule does not grant what is needed.</summary>
    NotGranted,

    /// <summary>The rule asks for a wrapped answer with another life.</summary>
    WrapTtlRefused,

    /// <summary>A parameter is missing, or not allowed, or denied.</summary>
    ParameterRefused,

    /// <summary>The rule grants what is needed.</summary>
    Granted,

    /// <summary>The caller may do everything.</summary>
    Root,
}

/// <summary>The answer of <see cref="Acl.Check"/>.</summary>
/// <param name="Outcome">Why.</param>
/// <param name="Rule">The rule that decided; null for root and where none fits.</param>
public readonly record struct AclDecision(AclOutcome Outcome, AclRule? Rule)
{
    /// <summary>True when the request may go on.</summary>
    public bool IsAllowed => Outcome >= AclOutcome.Granted;
}
