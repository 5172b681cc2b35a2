namespace Strongroom.Cli.VaultApi;

/// <summary>
/// Which command lines are Vault's. A program called <c>vault</c> has Vault's commands only, beside <c>run</c> and <c>get</c>. Called
/// <c>strongroom</c> it has both; of the words that both have, <c>list</c> and <c>delete</c> are Vault's when an argument is a path with a
/// slash, and <c>audit</c> is when it is followed by <c>list</c>, <c>enable</c> or <c>disable</c>.
/// </summary>
internal static class ApiDispatch
{
    private const string Vault = "vault";

    /// <summary>What the program is called in its messages if the line is Vault's; null when it is ours.</summary>
    public static string? NameFor(ReadOnlySpan<string> arguments)
    {
        if (IsCalledVault()) return Vault;
        if (arguments.IsEmpty) return null;
        return arguments[0] switch
        {
            "list" or "delete" => HasPath(arguments[1..]),
            "audit" => arguments.Length > 1 && arguments[1] is "list" or "enable" or "disable",
            "status" or "read" or "write" or "patch" or "kv" or "login" or "token" or "policy" or "secrets" or "auth" or "operator" or "lease" or "unwrap"
                or "path-help" or "print" or "debug" or "monitor" or "server" => true,
            _ => false,
        } ? "strongroom" : null;
    }

    /// <summary>True when one of the words is a path of a server: the value of --project is none, nor is a reference.</summary>
    private static bool HasPath(ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] is "-C" or "--project") i++;
            else if (words[i] is not ['-', ..] && words[i].Contains('/', StringComparison.Ordinal) && !words[i].Contains("://", StringComparison.Ordinal)) return true;
        }
        return false;
    }

    /// <summary>The name that this was started by: a link keeps its own, which the runtime does not tell.</summary>
    public static bool IsCalledVault()
    {
        ReadOnlySpan<byte> first;
        try
        {
            first = File.ReadAllBytes("/proc/self/cmdline");
        }
        catch (IOException)
        {
            return Path.GetFileName(Environment.GetCommandLineArgs()[0]) == Vault;
        }
        if (first.IndexOf((byte)0) is var end and >= 0) first = first[..end];
        return first[(first.LastIndexOf((byte)'/') + 1)..].SequenceEqual("vault"u8);
    }
}
