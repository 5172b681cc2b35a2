using Strongroom.Vault.Policies;

namespace Strongroom.Vault.Requests;

/// <summary>Who asks: the first parameter of every way into the vault.</summary>
public sealed class Caller
{
    /// <summary>The longest name, in characters; longer ones are cut.</summary>
    public const int NameLengthMax = 128;

    private Caller(string kind, string name, Acl acl)
    {
        Name = name.Length <= NameLengthMax ? name : name[..NameLengthMax];
        Kind = kind;
        Acl = acl;
    }

    /// <summary>How the caller was recognised: <c>owner</c>.</summary>
    public string Kind { get; }

    /// <summary>Who it is, for the audit log.</summary>
    public string Name { get; }

    /// <summary>What the caller may do.</summary>
    public Acl Acl { get; }

    /// <summary>The person at this machine who holds the seal: whoever can open the vault may do everything in it.</summary>
    public static Caller LocalOwner(string userName) => new("owner", userName, Acl.Root);

    /// <summary>A caller with less than everything, for programs that hand on part of what they may do.</summary>
    public static Caller Restricted(string name, Acl acl) => new("restricted", name, acl);

    /// <summary><c>owner:alice</c>.</summary>
    public override string ToString() => $"{Kind}:{Name}";
}
