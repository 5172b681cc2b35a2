using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>The variables that change a manifest for one process. They win over both files.</summary>
public static class ManifestVariables
{
    /// <summary>The environment that counts when a command names none.</summary>
    public const string Environment = "STRONGROOM_ENVIRONMENT";

    /// <summary>Stores divided by commas, asked instead of the chain of the project and of every environment.</summary>
    public const string Chain = "STRONGROOM_CHAIN";

    /// <summary>Folder that holds the manifest; nothing is searched for then.</summary>
    public const string Project = "STRONGROOM_PROJECT";

    /// <summary>The manifest with what the variables say.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when one names an unknown environment or store.</exception>
    internal static ProjectManifest Apply(ProjectManifest manifest, Func<string, string?> variable)
    {
        if (variable(Environment) is { Length: > 0 } environment)
        {
            if (manifest.FindEnvironment(environment) is null) throw Unknown(Environment, "environment", environment, manifest.Environments.Select(e => e.Name));
            manifest = manifest with { DefaultEnvironment = environment };
        }
        if (variable(Chain) is not { Length: > 0 } chain) return manifest;
        var stores = chain.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var store in stores)
            if (manifest.FindStore(store) is null) throw Unknown(Chain, "store", store, manifest.Stores.Select(s => s.Name));
        return manifest with { Chain = stores, Environments = [.. manifest.Environments.Select(e => e with { Chain = null })] };
    }

    private static SecretException Unknown(string variable, string what, string word, IEnumerable<string> known)
    {
        var names = known.ToArray();
        return new SecretException(SecretErrorKind.InvalidInput, $"names the {what} '{TextFaults.Shorten(word)}', which the manifest does not have", name: variable,
            help: NearestWord.Find(word, names) is { } near ? $"did you mean '{near}'?" : "it has " + string.Join(", ", names));
    }
}
