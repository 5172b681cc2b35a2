namespace Strongroom.Vault.Requests;

/// <summary>What a request wants to do; the capability it needs has the same name.</summary>
public enum VaultOperation
{
    /// <summary>Read.</summary>
    Read,

    /// <summary>Names of a folder.</summary>
    List,

    /// <summary>Write what is not there yet.</summary>
    Create,

    /// <summary>Write.</summary>
    Update,

    /// <summary>Change parts.</summary>
    Patch,

    /// <summary>Delete.</summary>
    Delete,

    /// <summary>Work on the vault itself, by its owner in this process.</summary>
    Administer,

    /// <summary>What the path is for. Needs a good token and no rule of its own.</summary>
    Help,
}

/// <summary>One request to the vault, free of any transport.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Path">Where: mount and path inside it, <c>secret/data/app/db</c>.</param>
/// <param name="Body">JSON as UTF-8; empty for requests that bring nothing. The caller zeroes it.</param>
/// <param name="Version">The query parameter <c>version</c>.</param>
/// <param name="Depth">The query parameter <c>depth</c> of subkeys.</param>
public sealed record VaultRequest(
    VaultOperation Operation, string Path, ReadOnlyMemory<byte> Body = default, int? Version = null, int? Depth = null)
{
    private const string TokenPrefix = "auth/token/";

    private static readonly Dictionary<string, string> NoQuery = [];

    /// <summary>Where it came from.</summary>
    public RequestOrigin Origin { get; init; } = RequestOrigin.Local;

    /// <summary>Query parameters, for the few endpoints that have some.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = NoQuery;

    /// <summary>The path as logs tell it: without the token that old clients put into it.</summary>
    internal string ToldPath => Path.StartsWith(TokenPrefix, StringComparison.Ordinal) ? WithoutToken(Path) : Path;

    /// <summary>True when nothing can change by it.</summary>
    public bool IsReadOnly => Operation is VaultOperation.Read or VaultOperation.List or VaultOperation.Help;

    /// <summary>The body as its engine reads it, when it reads it as fields.</summary>
    internal RequestFields? Fields { get; set; }

    internal Capability Needed => Operation switch
    {
        VaultOperation.Read => Capability.Read,
        VaultOperation.List => Capability.List,
        VaultOperation.Create => Capability.Create,
        VaultOperation.Update => Capability.Update,
        VaultOperation.Patch => Capability.Patch,
        VaultOperation.Delete => Capability.Delete,
        VaultOperation.Help => Capability.None,
        _ => Capability.Sudo,
    };

    internal string OperationName => NameOf(Operation);

    private static string WithoutToken(string path)
    {
        foreach (var endpoint in (ReadOnlySpan<string>)["lookup/", "renew/", "revoke/", "revoke-orphan/"])
        {
            if (path.AsSpan(TokenPrefix.Length).StartsWith(endpoint, StringComparison.Ordinal)) return $"{TokenPrefix}{endpoint}[token]";
        }
        return path;
    }

    internal static string NameOf(VaultOperation operation) => operation switch
    {
        VaultOperation.Read => "read",
        VaultOperation.List => "list",
        VaultOperation.Create => "create",
        VaultOperation.Update => "update",
        VaultOperation.Patch => "patch",
        VaultOperation.Delete => "delete",
        VaultOperation.Help => "help",
        _ => "administer",
    };
}
