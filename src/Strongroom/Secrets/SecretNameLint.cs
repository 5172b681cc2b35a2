namespace Strongroom.Secrets;

/// <summary>Something about a name that will trouble someone.</summary>
/// <param name="Name">The name.</param>
/// <param name="Reason">What is troublesome about it.</param>
/// <param name="Suggestion">What to do instead.</param>
public sealed record SecretNameFinding(string Name, string Reason, string Suggestion);

/// <summary>Checks the names of secrets against the custom: who it belongs to, then what it is, in upper case with underscores.</summary>
public static class SecretNameLint
{
    /// <summary>Longer names are cut off in tables and mistyped by people.</summary>
    private const int LengthMax = 64;

    private static readonly string[] Vague = ["KEY", "SECRET", "PASSWORD", "PASS", "TOKEN", "API_KEY", "SECRET_KEY", "ACCESS_KEY", "CREDENTIALS", "VALUE"];

    // Setting one of these changes how programs are found or loaded.
    private static readonly string[] OfTheSystem =
        ["PATH", "HOME", "USER", "SHELL", "PWD", "IFS", "ENV", "BASH_ENV", "LD_PRELOAD", "LD_LIBRARY_PATH", "NODE_OPTIONS", "PYTHONPATH", "PYTHONSTARTUP", "DOTNET_STARTUP_HOOKS"];

    /// <summary>All findings for a name; none for a good one.</summary>
    public static IReadOnlyList<SecretNameFinding> Check(string name)
    {
        var findings = new List<SecretNameFinding>();
        var upper = SecretName.ToEnvironmentName(name);
        if (!SecretName.IsEnvironmentName(name))
            Add("cannot be the name of a variable", SecretName.IsEnvironmentName(upper) ? $"write {upper}" : "begin with a letter; use letters, digits and underscores");
        else if (name.AsSpan().IndexOfAnyInRange('a', 'z') >= 0) Add("has lower-case letters, and names tell them apart", $"write {upper}");
        else if (name[0] == '_' || name[^1] == '_' || name.Contains("__", StringComparison.Ordinal))
            Add("has an underscore that divides no words, so other conventions lose it", upper.Length > 0 ? $"write {upper}" : "name what it is for");
        if (Array.IndexOf(OfTheSystem, upper) >= 0) Add("belongs to the system: it changes how programs are found or loaded", "put the name of the service before it");
        if (upper.StartsWith("STRONGROOM_", StringComparison.Ordinal)) Add("begins like the settings of Strongroom itself", "choose another beginning");
        if (Array.IndexOf(Vague, upper) >= 0) Add("does not say whose it is", $"put the name of the service before it: OPENAI_{upper}");
        if (name.Length > LengthMax) Add($"is longer than {LengthMax} characters", "shorten it");
        return findings;

        void Add(string reason, string suggestion) => findings.Add(new SecretNameFinding(name, reason, suggestion));
    }
}
