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

    /// <summary>Use the paths that are protected beyond the others: keys, seal and audit of the vault itself.</summary>
    Sudo = 64,

    /// <summary>Nothing, whatever else is granted for the same pattern.</summary>
    Deny = 128,

    /// <summary>Everything everywhere: what the <c>root</c> policy gives.</summary>
    Root = 256,

    /// <summary>All that can be granted at a path.</summary>
    All = Create | Read | Update | Patch | Delete | List | Sudo,
}
