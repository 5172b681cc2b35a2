using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>A secret that another tool's file declares without its value: what the manifest is to say of it.</summary>
/// <param name="Name">The name.</param>
public sealed record ImportedSecret(string Name)
{
    /// <summary>The store that has it; null when the project's chain is asked.</summary>
    public StorePlace? Store { get; init; }

    /// <summary>Where it is in that store.</summary>
    public SecretAddress Address { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the application cannot start without it; null when the file does not say.</summary>
    public bool? IsRequired { get; init; }

    /// <summary>Its value when no store has one; nothing that looks like a secret.</summary>
    public string? Default { get; init; }
}
