using System.Text;

namespace Strongroom.Secrets;

/// <summary>
/// The names of one secret under the conventions of different places: <c>OPENROUTER_API_KEY</c> in an environment,
/// <c>openrouter-api-key</c> in a cloud store, <c>openrouterApiKey</c> in JSON, <c>api-keys/openrouter#api_key</c> in a vault.
/// </summary>
/// <remarks>
/// An environment name in upper case whose words are divided by single underscores comes back unchanged from kebab and lower
/// snake; from camel case when besides each word begins with a letter and has two characters or more.
/// </remarks>
public static class SecretName
{
    /// <summary>The longest name, in characters.</summary>
    public const int LengthMax = 256;

    /// <summary>True for a portable environment name (POSIX): letters, digits and underscores, not a digit first.</summary>
    public static bool IsEnvironmentName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > LengthMax || char.IsAsciiDigit(name[0])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        return true;
    }

    /// <summary><c>OPENROUTER_API_KEY</c>, from any convention but a path; see <see cref="SecretNamePath"/> for those.</summary>
    public static string ToEnvironmentName(string name) => Convert(name, SecretNaming.UpperSnake);

    /// <summary>The name under another convention; <see cref="SecretNaming.Path"/> is no name and refused, see <see cref="ToAddress"/>.</summary>
    public static string Convert(string name, SecretNaming convention) => convention switch
    {
        SecretNaming.AsIs => name,
        SecretNaming.UpperSnake => Join(name, '_', char.ToUpperInvariant, char.ToUpperInvariant),
        SecretNaming.LowerSnake => Join(name, '_', char.ToLowerInvariant, char.ToLowerInvariant),
        SecretNaming.Kebab => Join(name, '-', char.ToLowerInvariant, char.ToLowerInvariant),
        SecretNaming.Camel => LowerFirst(Join(name, separator: null, char.ToUpperInvariant, char.ToLowerInvariant)),
        _ => throw new ArgumentOutOfRangeException(nameof(convention)),
    };

    /// <summary>Where a store of that convention keeps the secret, below its prefix.</summary>
    public static SecretAddress ToAddress(string name, SecretNaming naming) =>
        naming == SecretNaming.Path ? SecretNamePath.ToAddress(name) : new SecretAddress(Convert(name, naming));

    private static string Join(string name, char? separator, Func<char, char> first, Func<char, char> rest)
    {
        var text = new StringBuilder(name.Length + 4);
        var begins = true;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (!char.IsLetterOrDigit(c))
            {
                begins = true;
                continue;
            }
            if (i > 0 && BeginsHump(name, i)) begins = true;
            if (begins && text.Length > 0 && separator is { } divider) text.Append(divider);
            text.Append(begins ? first(c) : rest(c));
            begins = false;
        }
        return text.ToString();
    }

    /// <summary>In <c>apiKey</c> the K, in <c>HTTPServer</c> the S, in <c>s3Key</c> the K; none in a name without lower case.</summary>
    private static bool BeginsHump(string name, int i) =>
        char.IsUpper(name[i])
        && (char.IsLower(name[i - 1])
            || (char.IsDigit(name[i - 1]) && HasLower(name))
            || (char.IsUpper(name[i - 1]) && i + 1 < name.Length && char.IsLower(name[i + 1])));

    private static bool HasLower(string name) => name.AsSpan().IndexOfAnyInRange('a', 'z') >= 0;

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
