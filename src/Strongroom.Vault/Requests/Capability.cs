namespace Strongroom.Vault.Requests;

/// <summary>What a caller may do at a path.</summary>
[Flags]
public enum Capability
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Write what is not there yet.</summary>
    Create = 1,

    /// <summary>Read.</summary>
    Read = 2,

    /// <summary>Write over what is there.</summary>
    Update = 4,

    /// <summary>Change parts.</summary>
    Patch = 8,

    /// <summary>Delete.</summary>
    Delete = 16,

    /// <summary>See names.</summary>
    List = 32,

    /// <summary>Keys, seal and audit of the vault itself.</summary>
    Administer = 64,

    /// <summary>Everything.</summary>
    All = Create | Read | Update | Patch | Delete | List | Administer,
}
