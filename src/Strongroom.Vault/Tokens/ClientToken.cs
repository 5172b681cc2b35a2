using System.Diagnostics;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// A token as a client holds it: a string, because it came in a header or goes out in JSON. It never prints. The vault keeps its
/// <see cref="Hash"/> alone.
/// </summary>
[DebuggerDisplay("[token]")]
public sealed class ClientToken(string text)
{
    /// <summary>The longest token that is looked at, in characters; batch tokens carry their state and are long.</summary>
    public const int LengthMax = 8 * 1024;

    private readonly string _text = text;

    /// <summary>What the vault knows it by.</summary>
    public TokenHash Hash { get; } = TokenHash.Of(text);

    /// <summary>Whether it says of itself that it carries its own record.</summary>
    public bool IsBatch => BatchTokens.IsBatch(_text);

    /// <summary>The token in the clear.</summary>
    public string Reveal() => _text;

    /// <summary>Always <c>[token]</c>.</summary>
    public override string ToString() => "[token]";
}
