using Strongroom.Vault.Policies;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>Who asks: the first parameter of every way into the vault.</summary>
public sealed class Caller
{
    /// <summary>The longest name, in characters; longer ones are cut.</summary>
    public const int NameLengthMax = 128;

    private readonly string _text;

    private Caller(string kind, string name, Acl acl, TokenState? token = null)
    {
        Name = name.Length <= NameLengthMax ? name : name[..NameLengthMax];
        Kind = kind;
        _text = Name.Length == 0 ? kind : $"{kind}:{Name}";
        Acl = acl;
        Token = token;
    }

    /// <summary>Nobody: who asks for a path that needs no token, or brought none that is good.</summary>
    public static Caller Anonymous { get; } = new("anonymous", "", Acl.Nothing);

    /// <summary>The people who brought enough unseal keys: they may do what the owner may.</summary>
    internal static Caller ShareHolders { get; } = new("unseal-keys", "", Acl.Root);

    /// <summary>How the caller was recognised: <c>owner</c>, <c>token</c>.</summary>
    public string Kind { get; }

    /// <summary>Who it is, for the audit log.</summary>
    public string Name { get; }

    /// <summary>What the caller may do.</summary>
    public Acl Acl { get; }

    /// <summary>The token of the request, when it was made with one.</summary>
    internal TokenState? Token { get; }

    /// <summary>The person at this machine who holds the seal: whoever can open the vault may do everything in it.</summary>
    public static Caller LocalOwner(string userName) => new("owner", userName, Acl.Root);

    /// <summary>A caller with less than everything, for programs that hand on part of what they may do.</summary>
    public static Caller Restricted(string name, Acl acl) => new("restricted", name, acl);

    /// <summary>The holder of a token.</summary>
    internal static Caller Holder(TokenState token, Acl acl) =>
        new("token", $"{token.Entry.DisplayName}/{token.Entry.Accessor}", acl, token);

    /// <summary><c>owner:alice</c>.</summary>
    public override string ToString() => _text;
}
