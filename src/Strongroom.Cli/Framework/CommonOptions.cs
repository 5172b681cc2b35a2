using System.CommandLine;

namespace Strongroom.Cli.Framework;

/// <summary>Options that several verbs share, so that they are called the same everywhere.</summary>
internal static class CommonOptions
{
    public static Option<string> VaultStore() => Store("Which embedded vault, if the project has several.");

    public static Option<string> Store(string description) => StoreNamed("--store", description, "-s");

    /// <summary>An option that takes the name of a store.</summary>
    public static Option<string> StoreNamed(string name, string description, params string[] aliases)
    {
        var option = new Option<string>(name, aliases) { Description = description, HelpName = "store" };
        option.CompletionSources.Add(Names.CompleteStore);
        return option;
    }

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };
}
